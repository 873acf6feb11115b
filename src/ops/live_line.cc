#include "ops/live_line.h"

#include <utility>

#include "ops/html.h"

namespace moodlesync::ops {

namespace {

constexpr std::chrono::milliseconds kBetweenDrawings{250};

}  // namespace

void LiveLine::entered(Phase phase, const Error* hindrance) {
  if (phase == Phase::kStarting) {
    return draw(hindrance == nullptr ? "starting" : "cannot start yet, trying again");
  }
  if (phase == Phase::kStopping) draw({});
}

void LiveLine::turned(const Turn& turn) {
  const auto now = clock_.now();
  if (now < next_) return;
  next_ = now + kBetweenDrawings;
  const auto since = now - rated_;
  if (since >= std::chrono::seconds{1}) {
    const std::chrono::duration<double> seconds = since;
    rate_ = static_cast<std::int64_t>(static_cast<double>(done_ - done_before_) / seconds.count());
    done_before_ = done_;
    rated_ = now;
  }
  draw(words_for(turn));
}

std::string LiveLine::words_for(const Turn& turn) const {
  std::string words;
  if (turn.phase != Phase::kWorking) {
    words = "finishing " + counted(static_cast<std::int64_t>(turn.conversations), "conversation") +
            ", Ctrl-C again to leave at once";
  } else if (turn.database != nullptr) {
    words = "Drupal's database is away, work is kept";
  } else if (turn.moodle != nullptr) {
    words = "Moodle is away, work is kept";
  } else if (turn.conversations + turn.unsettled > 0) {
    words = "working: " + counted(static_cast<std::int64_t>(turn.conversations), "conversation") +
            ", " + std::to_string(turn.gateway.in_flight) + " of " +
            std::to_string(turn.gateway.limit) + " requests out, " + grouped(rate_) + "/s";
  } else {
    words = turn.moodle_ready ? "waiting for changes" : "asking Moodle";
  }
  words += " | " + grouped(done_) + " done";
  if (failed_ > 0) words += ", " + grouped(failed_) + " failed";
  if (turn.held_back != nullptr && !turn.held_back->empty()) words += " | brake on";
  return words;
}

void LiveLine::ended(const Ending& ending) {
  using State = Settlement::State;
  if (ending.settlement.state == State::kDone) ++done_;
  if (ending.settlement.state == State::kParked || ending.settlement.spend_attempt) ++failed_;
}

void LiveLine::called(const MoodleCall& /*call*/) {}

void LiveLine::draw(std::string words) { log_.set_last_line(std::move(words)); }

}  // namespace moodlesync::ops
