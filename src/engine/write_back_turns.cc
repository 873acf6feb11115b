#include "engine/write_back_turns.h"

#include <spdlog/spdlog.h>

namespace moodlesync::engine {

namespace {

constexpr int kLimit = 100;
constexpr std::chrono::milliseconds kPause{500};

}  // namespace

bool WriteBackTurns::is_idle() const {
  return !wanted_ && (outside_ == nullptr || outside_->is_idle());
}

std::optional<Clock::TimePoint> WriteBackTurns::next() const {
  return wanted_ ? std::optional(not_before_) : std::nullopt;
}

Status WriteBackTurns::run() {
  if (!wanted_ || clock_.now() < not_before_) return ok();
  const Result<WriteBackReport> report = write_back_.run(kLimit);
  if (!report) {
    not_before_ = clock_.now() + kPause;
    const ErrorKind kind = report.error().kind;
    if (kind == ErrorKind::kUnavailable || kind == ErrorKind::kInDoubt) return report.error();
    if (kind != ErrorKind::kTransient) rest_after(report.error());
    return ok();
  }
  written_ += report->written;
  wanted_ =
      std::cmp_equal(report->written + report->verified + report->gone + report->busy, kLimit);
  if (outside_ != nullptr && !report->touched.empty()) outside_->tell(report->touched);
  for (const std::string& entity : report->capped) {
    log_.error(
        "MS-405 the Moodle id keeps being wiped from Drupal and is no longer written back today: "
        "entity={}",
        entity);
  }
  if (const auto& stuck = report->stuck) {
    log_.error("MS-404 Moodle's ids cannot be written into Drupal: code={} reason=\"{}\"",
               stuck->code, stuck->message);
  }
  return ok();
}

void WriteBackTurns::rest_after(const Error& error) {
  wanted_ = false;
  not_before_ = clock_.now() + rest_;
  log_.error("MS-404 Moodle's ids cannot be written into Drupal: code={} reason=\"{}\"", error.code,
             error.message);
}

void WriteBackTurns::tend() {
  if (outside_ == nullptr) return;
  for (const OutsideCaches::Told& told : outside_->tend()) hear(told);
}

void WriteBackTurns::hear(const OutsideCaches::Told& told) {
  if (told.outcome) {
    if (std::exchange(outside_fails_, false)) {
      log_.info("Drupal's caches outside the database are told again of written ids");
    }
    // If it cannot be noted now, they are told once more.
    const Status noted = write_back_.told(told.entities);
    if (!noted) log_.debug("what was told outside is told again: {}", noted.error().message);
    return;
  }
  if (std::exchange(outside_fails_, true)) return;
  log_.warn(
      "MS-407 Drupal's caches outside the database could not be told of written ids; tried again: "
      "code={} reason=\"{}\"",
      told.outcome.error().code, told.outcome.error().message);
}

}  // namespace moodlesync::engine
