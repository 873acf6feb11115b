#include "ops/core_dumps.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace moodlesync::ops {
namespace {

/// Runs `check` in a child that has forbidden its core dumps; whether it held there.
template <class Check>
bool holds_in_a_child(Check check) {
  const pid_t child = fork();
  if (child == 0) {
    forbid_core_dumps();
    _exit(check() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(CoreDumps, HaveNoRoomOnceForbidden) {
  EXPECT_TRUE(holds_in_a_child([] {
    rlimit limit{};
    return getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 && limit.rlim_max == 0;
  }));
}

TEST(CoreDumps, AreNotPipedToAProgramEither) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the leak check traces the process";
#else
  EXPECT_TRUE(holds_in_a_child([] { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0; }));
#endif
}

TEST(CoreDumps, DoNotComeOfACrash) {
  const pid_t child = fork();
  if (child == 0) {
    const rlimit room{1U << 20U, RLIM_INFINITY};
    setrlimit(RLIMIT_CORE, &room);
    forbid_core_dumps();
    std::signal(SIGQUIT, SIG_DFL);
    raise(SIGQUIT);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_FALSE(WCOREDUMP(status));
}

}  // namespace
}  // namespace moodlesync::ops
