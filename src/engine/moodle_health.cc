#include "engine/moodle_health.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace moodlesync::engine {

void MoodleHealth::tend() {
  if (answer_) {
    const Result<MoodleSite> answer = std::move(*answer_);
    answer_.reset();
    probe_.reset();
    if (answer) {
      report_recovery(*answer);
    } else {
      fail(answer.error());
    }
  }
  if (!probe_ && breaker_.wants_probe()) {
    probe_.emplace(probe());
    probe_->start();
  }
}

Co<Done> MoodleHealth::probe() {
  Result<MoodleSite> answer = co_await gateway_.preflight();
  answer_.emplace(std::move(answer));
  co_return Done{};
}

void MoodleHealth::note_outage(const Error& error) {
  if (ready()) fail(error);
}

void MoodleHealth::fail(const Error& error) {
  if (!breaker_.fail(error)) return;
  since_ = clock_.now();
  if (error.kind == ErrorKind::kConfig) {
    log_.error(
        "MS-201 Moodle does not let us work; nothing is sent until this is mended: code={} "
        "reason=\"{}\"",
        error.code, error.message);
  } else {
    log_.warn("MS-202 Moodle is away; work is kept and tried again: code={} reason=\"{}\"",
              error.code, error.message);
  }
}

void MoodleHealth::report_recovery(const MoodleSite& site) {
  const auto away = std::chrono::duration_cast<std::chrono::seconds>(
      clock_.now() - std::exchange(since_, clock_.now()));
  if (breaker_.succeed()) {
    log_.info("Moodle is back: away_s={} release=\"{}\"", away.count(), site.release);
  } else {
    log_.info("Moodle answers: url={} release=\"{}\" form_variables={}", site.url, site.release,
              site.max_input_vars);
  }
}

std::optional<Clock::TimePoint> MoodleHealth::next_probe() const {
  if (probe_ || breaker_.lets_through()) return std::nullopt;
  return breaker_.state() == Breaker::State::kUntried ? clock_.now() : breaker_.probe_at();
}

}  // namespace moodlesync::engine
