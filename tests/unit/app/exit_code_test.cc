#include "app/exit_code.h"

#include <gtest/gtest.h>

namespace moodlesync::app {
namespace {

TEST(ExitCode, SaysWhatIsToBeDoneAboutAnError) {
  EXPECT_EQ(exit_code_for({ErrorKind::kConfig, "guard", ""}), ExitCode::kGuard);
  EXPECT_EQ(exit_code_for({ErrorKind::kConfig, "invalidtoken", ""}), ExitCode::kConfig);
  EXPECT_EQ(exit_code_for({ErrorKind::kConfig, "42501", ""}), ExitCode::kNoPermission);
  EXPECT_EQ(exit_code_for({ErrorKind::kUnavailable, "x", ""}), ExitCode::kUnavailable);
  EXPECT_EQ(exit_code_for({ErrorKind::kTransient, "x", ""}), ExitCode::kTemporary);
  EXPECT_EQ(exit_code_for({ErrorKind::kInDoubt, "x", ""}), ExitCode::kTemporary);
  EXPECT_EQ(exit_code_for({ErrorKind::kBug, "x", ""}), ExitCode::kInternal);
}

TEST(ExitCode, LetsTheGraverOneWin) {
  EXPECT_EQ(graver(ExitCode::kOk, ExitCode::kTemporary), ExitCode::kTemporary);
  EXPECT_EQ(graver(ExitCode::kUnavailable, ExitCode::kConfig), ExitCode::kConfig);
  EXPECT_EQ(graver(ExitCode::kGuard, ExitCode::kConfig), ExitCode::kGuard);
}

}  // namespace
}  // namespace moodlesync::app
