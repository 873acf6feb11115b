#include "support/process/child_process.h"

#include <gtest/gtest.h>

#include <memory>
#include <stop_token>
#include <thread>
#include <vector>

namespace moodlesync::testsupport {
namespace {

TEST(ChildProcess, GivesArgumentsAndEnvironmentAndTakesTheExitCode) {
  ChildProcess child(
      {.program = "/bin/sh",
       .arguments = {"-c", "test \"$WHO$1\" = 'a b' && test -n \"$PATH\" && exit 7", "sh", " b"},
       .environment = {{"WHO", "a"}}});
  EXPECT_EQ(child.wait(std::chrono::seconds(60)), 7);
}

TEST(ChildProcess, ReplacesAVariableThatWeHaveOurselves) {
  ChildProcess child({.program = "/bin/sh",
                      .arguments = {"-c", "test \"$HOME\" = /nowhere"},
                      .environment = {{"HOME", "/nowhere"}}});
  EXPECT_EQ(child.wait(std::chrono::seconds(60)), 0);
}

TEST(ChildProcess, SaysWhichSignalEndedIt) {
  ChildProcess child({.program = "/bin/sh", .arguments = {"-c", "kill -9 $$"}});
  EXPECT_EQ(child.wait(std::chrono::seconds(60)), 128 + 9);
}

TEST(RunProgram, GivesBackWhatItWrote) {
  const Finished finished = run_program("/bin/sh", {"-c", "echo out; echo err >&2"});
  EXPECT_EQ(finished.code, 0);
  EXPECT_EQ(finished.output, "out\nerr\n");
}

/// A thread that holds the allocator's lock at the fork does not exist in the child, its lock does.
TEST(RunProgram, StartsProgramsWhileOtherThreadsAllocate) {
  std::vector<std::jthread> busy;
  for (int i = 0; i < 4; ++i) {
    busy.emplace_back([](const std::stop_token& token) {
      while (!token.stop_requested()) {
        std::vector<std::unique_ptr<char[]>> blocks(2'000);
        for (std::size_t at = 0; auto& block : blocks) block.reset(new char[at++ % 500 + 1]);
      }
    });
  }
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(run_program("/bin/true", {}, std::chrono::seconds(20)).code, 0) << "start " << i;
  }
}

}  // namespace
}  // namespace moodlesync::testsupport
