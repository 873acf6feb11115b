#include "app/exit_code.h"

#include <algorithm>
#include <array>

namespace moodlesync::app {

namespace {

/// PostgreSQL's SQLSTATE insufficient_privilege, and our own for files.
bool is_missing_right(const Error& error) {
  return error.code == "42501" || error.code == "permission";
}

}  // namespace

ExitCode exit_code_for(const Error& error) {
  if (error.code == "guard" || error.code == "site_differs") return ExitCode::kGuard;
  if (is_missing_right(error)) return ExitCode::kNoPermission;
  switch (error.kind) {
    case ErrorKind::kTransient:
    case ErrorKind::kInDoubt:
      return ExitCode::kTemporary;
    case ErrorKind::kUnavailable:
      return ExitCode::kUnavailable;
    case ErrorKind::kRejected:
    case ErrorKind::kConfig:
      return ExitCode::kConfig;
    case ErrorKind::kBug:
      break;
  }
  return ExitCode::kInternal;
}

ExitCode graver(ExitCode a, ExitCode b) {
  static constexpr std::array kGravestFirst{
      ExitCode::kGuard,   ExitCode::kInternal,    ExitCode::kUsage,     ExitCode::kNoPermission,
      ExitCode::kConfig,  ExitCode::kUnavailable, ExitCode::kTemporary, ExitCode::kBrake,
      ExitCode::kDiffers, ExitCode::kOk};
  const auto rank = [](ExitCode code) { return std::ranges::find(kGravestFirst, code); };
  return rank(a) <= rank(b) ? a : b;
}

}  // namespace moodlesync::app
