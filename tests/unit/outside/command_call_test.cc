#include "outside/command_call.h"

#include <signal.h>

#include <thread>

#include "bench.h"

namespace moodlesync::outside {
namespace {

Status run(const std::vector<std::string>& command, const std::string& input) {
  auto call = start_command(command, input);
  if (!call) return std::move(call).error();
  auto outcome = outcome_of(**call);
  return outcome ? *outcome : Status(Error{ErrorKind::kBug, "endless", ""});
}

TEST(CommandCall, GivesItsInputToTheProgramAndNothingElse) {
  const Script script(R"(cat > "$1"; echo "$#" >> "$1")");
  const Status done = run({script.path(), script.file()}, "{\"entities\":[]}\n");
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(script.seen(), "{\"entities\":[]}\n1\n");
}

TEST(CommandCall, GoesThroughNoShell) {
  const Script script(R"(printf '%s|' "$@" > "$0.args"; cp "$0.args" "$(dirname "$0")/seen")");
  ASSERT_TRUE(run({script.path(), "a b", "$HOME; rm -rf x", "`id`"}, ""));
  EXPECT_EQ(script.seen(), "a b|$HOME; rm -rf x|`id`|");
}

TEST(CommandCall, DoesNotWaitForAProgramThatReadsNothing) {
  const Status done = run({"/bin/true"}, std::string(1 << 20, 'x'));
  EXPECT_TRUE(done) << done.error().message;
}

TEST(CommandCall, SaysHowTheProgramEnded) {
  EXPECT_EQ(run({"/bin/false"}, "").error().message, "/bin/false ended with code 1");
  const Script killed("kill -9 $$");
  EXPECT_NE(run({killed.path()}, "").error().message.find("signal 9"), std::string::npos);
}

TEST(CommandCall, SaysWhenThereIsNoSuchProgram) {
  const Status done = run({"/no/such/program"}, "");
  EXPECT_EQ(done.error().kind, ErrorKind::kConfig);
  EXPECT_NE(done.error().message.find("/no/such/program"), std::string::npos);
}

TEST(CommandCall, LeavesTheProgramNoneOfOurDescriptors) {
  const Script script(R"(ls /proc/self/fd | wc -l > "$1")");
  ASSERT_TRUE(run({script.path(), script.file()}, ""));
  EXPECT_EQ(script.seen(), "4\n") << "0, 1, 2 and the folder itself";
}

TEST(CommandCall, GivesTheProgramSignalsAsUsual) {
  sigset_t term;
  sigset_t before;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &term, &before);
  const Script script("kill -TERM $$; sleep 20");
  EXPECT_NE(run({script.path()}, "").error().message.find("signal 15"), std::string::npos);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(CommandCall, EndsTheProgramAndItsChildrenWhenItIsGivenUp) {
  const Script script(R"(sleep 1000 & echo $! > "$1.new"; mv "$1.new" "$1"; wait)");
  auto call = start_command({script.path(), script.file()}, "");
  ASSERT_TRUE(call);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (script.seen().empty() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const pid_t grandchild = std::atoi(script.seen().c_str());
  ASSERT_GT(grandchild, 0);
  EXPECT_EQ(kill(grandchild, 0), 0);
  call = Error{};
  const auto is_gone = [&] {
    std::ifstream stat("/proc/" + std::to_string(grandchild) + "/stat");
    std::string pid;
    std::string name;
    std::string state = "gone";
    stat >> pid >> name >> state;
    return state == "gone" || state == "Z";
  };
  while (!is_gone() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_TRUE(is_gone());
}

}  // namespace
}  // namespace moodlesync::outside
