#include "chaos/tally.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace moodlesync::chaos {

namespace {

std::string in_seconds(std::chrono::milliseconds time) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f s", static_cast<double>(time.count()) / 1000);
  return text.data();
}

}  // namespace

void Durations::add(const Durations& others) {
  all_.insert(all_.end(), others.all_.begin(), others.all_.end());
}

std::string Durations::summary() const {
  if (all_.empty()) return "none";
  std::vector<std::chrono::milliseconds> sorted = all_;
  std::ranges::sort(sorted);
  return "median " + in_seconds(sorted[sorted.size() / 2]) + ", 95 % " +
         in_seconds(sorted[sorted.size() * 95 / 100]) + ", longest " + in_seconds(sorted.back()) +
         " (" + std::to_string(sorted.size()) + " times)";
}

Tally& Tally::operator+=(const Tally& more) {
  edits += more.edits;
  kills += more.kills;
  kills_at_answer += more.kills_at_answer;
  freezes += more.freezes;
  orderly_stops += more.orderly_stops;
  database_restarts += more.database_restarts;
  database_crashes += more.database_crashes;
  database_cuts += more.database_cuts;
  moodle_faults += more.moodle_faults;
  network_faults += more.network_faults;
  calls += more.calls;
  recovery.add(more.recovery);
  rescue.add(more.rescue);
  lost += more.lost;
  duplicate += more.duplicate;
  stuck += more.stuck;
  other += more.other;
  return *this;
}

std::string Tally::summary() const {
  const auto number = [](auto count) { return std::to_string(count); };
  std::string text = number(edits) + " edits, " + number(kills) + " kills (" +
                     number(kills_at_answer) + " times all at an answer), " + number(freezes) +
                     " freezes, " + number(orderly_stops) + " stops, " + number(database_restarts) +
                     " database restarts (" + number(database_crashes) + " crashes), " +
                     number(database_cuts) + " session cuts, " + number(moodle_faults) +
                     " Moodle faults, " + number(network_faults) + " network faults, " +
                     number(calls) + " calls; lost " + number(lost) + ", duplicate " +
                     number(duplicate) + ", stuck " + number(stuck);
  if (other > 0) text += ", other faults " + number(other);
  return text;
}

}  // namespace moodlesync::chaos
