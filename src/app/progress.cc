#include "app/progress.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "app/status.h"

namespace moodlesync::app {

namespace {

constexpr std::chrono::milliseconds kBetweenBars{100};
constexpr std::chrono::seconds kBetweenLines{10};
constexpr std::int64_t kBarWidth = 24;

std::string bar(std::int64_t done, std::int64_t total) {
  const std::int64_t filled = kBarWidth * done / std::max<std::int64_t>(total, 1);
  std::string text(static_cast<std::size_t>(filled), '=');
  text.resize(static_cast<std::size_t>(kBarWidth), ' ');
  return "[" + text + "]";
}

}  // namespace

Progress::On progress_on(const std::ostream& out) {
  const bool is_stderr = &out == &std::cerr;
  return is_stderr && isatty(STDERR_FILENO) == 1 ? Progress::On::kTerminal : Progress::On::kFile;
}

std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  constexpr std::size_t kGroup = 3;
  for (std::size_t at = text.size(); at > first + kGroup; at -= kGroup) {
    text.insert(at - kGroup, ",");
  }
  return text;
}

std::string Progress::text(Reading reading, Clock::TimePoint now) const {
  const std::int64_t total = std::max(reading.total, reading.done);
  const auto percent = total == 0 ? 100 : 100 * reading.done / total;
  std::string text =
      grouped(reading.done) + " of " + grouped(total) + " (" + std::to_string(percent) + "%)";
  const double seconds = std::chrono::duration<double>(now - since_).count();
  const std::int64_t since_we_began = reading.done - first_;
  if (seconds <= 0 || since_we_began <= 0) return text;
  const double rate = static_cast<double>(since_we_began) / seconds;
  text += ", " + grouped(static_cast<std::int64_t>(rate)) + "/s";
  if (reading.done == total) return text;
  const auto left = static_cast<std::int64_t>(static_cast<double>(total - reading.done) / rate);
  return text + ", " + age_text(std::chrono::seconds(left + 1)) + " left";
}

void Progress::show(Reading reading) {
  const Clock::TimePoint now = clock_.now();
  if (!shown_) {
    since_ = now;
    first_ = reading.done;
  }
  const bool is_bar = on_ == On::kTerminal;
  const Clock::TimePoint due =
      shown_.value_or(now) +
      (is_bar ? kBetweenBars
              : std::chrono::duration_cast<std::chrono::milliseconds>(kBetweenLines));
  const bool is_over = reading.done >= reading.total;
  if (shown_ && now < due && !(is_bar && is_over)) return;
  const bool is_first = !shown_;
  shown_ = now;
  if (!is_bar) {
    // The first line would say nothing that the command's own words do not.
    if (!is_first) out_ << doing_ << ": " << text(reading, now) << "\n" << std::flush;
    return;
  }
  std::string line = doing_ + " " + bar(reading.done, std::max(reading.total, reading.done)) + " " +
                     text(reading, now);
  const std::size_t width = line.size();
  if (width < width_) line.resize(width_, ' ');
  width_ = width;
  out_ << "\r" << line << std::flush;
}

Progress::~Progress() {
  if (width_ > 0) out_ << "\n" << std::flush;
}

}  // namespace moodlesync::app
