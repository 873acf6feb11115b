#include "ops/hour_chart.h"

#include <algorithm>
#include <string>

namespace moodlesync::ops {

namespace {

constexpr int kWidth = 720;
constexpr int kHeight = 120;
constexpr int kBar = kWidth / static_cast<int>(Vitals::kMinutes);

struct Bar {
  std::int64_t x;
  std::int64_t height;
  std::int64_t bottom;
  const char* kind;
};

void add_bar(Html& page, const Bar& bar) {
  page.raw("<rect class=\"" + std::string(bar.kind) + "\" x=\"" + std::to_string(bar.x + 1) +
           "\" y=\"" + std::to_string(bar.bottom - bar.height) + "\" width=\"" +
           std::to_string(kBar - 2) + "\" height=\"" + std::to_string(bar.height) +
           "\" rx=\"2\"/>");
}

/// A bar that stands for something is never too low to be seen.
std::int64_t height_of(std::int64_t value, std::int64_t top) {
  return value == 0 ? 0 : std::max<std::int64_t>(value * kHeight / top, 3);
}

}  // namespace

void add_hour_chart(Html& page, const std::array<Vitals::Minute, Vitals::kMinutes>& minutes) {
  std::int64_t done = 0;
  std::int64_t failed = 0;
  std::int64_t top = 0;
  for (const Vitals::Minute& minute : minutes) {
    done += minute.done;
    failed += minute.failed;
    top = std::max(top, minute.done + minute.failed);
  }
  page.raw("<p class=\"figures\"><span class=\"dot done\"></span><strong>")
      .number(done)
      .raw("</strong> done<span class=\"dot failed\"></span><strong>")
      .number(failed)
      .raw("</strong> failed or refused<span class=\"peak\">busiest minute: ")
      .number(top)
      .raw(
          "</span></p><svg class=\"chart\" viewBox=\"0 0 720 124\" role=\"img\" "
          "preserveAspectRatio=\"none\" aria-label=\"Changes done in the last hour, minute by "
          "minute: ")
      .number(done)
      .raw(" done, ")
      .number(failed)
      .raw(" failed or refused, at most ")
      .number(top)
      .raw(" in a minute\"><line class=\"axis\" x1=\"0\" x2=\"720\" y1=\"121\" y2=\"121\"/>");
  for (std::size_t i = 0; top > 0 && i < minutes.size(); ++i) {
    const std::int64_t x = static_cast<std::int64_t>(i) * kBar;
    const std::int64_t failures = height_of(minutes[i].failed, top);
    if (failures > 0) add_bar(page, {x, failures, kHeight, "failed"});
    const std::int64_t rest = std::min(height_of(minutes[i].done, top), kHeight - failures);
    if (rest > 0) add_bar(page, {x, rest, kHeight - failures, "done"});
  }
  page.raw(
      "</svg><p class=\"scale\" aria-hidden=\"true\"><span>an hour ago</span><span>half an "
      "hour</span><span>now</span></p>");
}

}  // namespace moodlesync::ops
