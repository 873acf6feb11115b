#include "engine/capture_rounds.h"

#include <spdlog/spdlog.h>

namespace moodlesync::engine {

namespace {

constexpr std::chrono::minutes kBetweenLooks{3};

}  // namespace

Result<bool> CaptureRounds::tend() {
  if (watch_ == nullptr || clock_.now() < next_) return false;
  const auto report = watch_->look();
  if (!report) {
    const ErrorKind kind = report.error().kind;
    if (kind == ErrorKind::kConfig || kind == ErrorKind::kBug) next_ = clock_.now() + kBetweenLooks;
    return report.error();
  }
  next_ = clock_.now() + kBetweenLooks;
  tell(*report);
  return !report->gaps.empty() || report->closed;
}

void CaptureRounds::tell(const CaptureWatch::Report& report) {
  if (report.gaps == gaps_) return;
  gaps_ = report.gaps;
  if (gaps_.empty()) {
    log_.info("every change in Drupal is noticed again");
    return;
  }
  std::string all;
  for (const std::string& gap : gaps_) all.append(all.empty() ? "" : "; ").append(gap);
  log_.error(
      "MS-207 changes in Drupal are noticed late or not at all; run `moodle-syncd install`: {}",
      all);
}

}  // namespace moodlesync::engine
