#include "ops/status_components.h"

#include "moodlesync/brake.h"
#include "ops/status_pauses.h"
#include "ops/status_verdict.h"

namespace moodlesync::ops {

namespace {

/// One component's tasks, by what they are to an administrator.
struct Share {
  std::int64_t to_do = 0;
  std::int64_t waiting = 0;
  std::int64_t parked = 0;
};

Share share_of(const QueueReading& queue, std::string_view component) {
  Share share;
  for (const QueueStats::Line& line : queue.stats.tasks) {
    if (line.component != component || line.code == kBrakeCode) continue;
    (line.state == "parked"    ? share.parked
     : line.state == "waiting" ? share.waiting
                               : share.to_do) += line.count;
  }
  return share;
}

std::int64_t done(const Vitals& vitals, std::string_view component) {
  const auto found = vitals.outcomes.find(component);
  if (found == vitals.outcomes.end()) return 0;
  std::int64_t sum = 0;
  for (const char* name : {"synced", "unchanged", "removed", "skipped"}) {
    const auto count = found->second.find(name);
    if (count != found->second.end()) sum += count->second;
  }
  return sum;
}

void add_last_success(Html& page, const Vitals& vitals, std::string_view component) {
  const auto success = vitals.last_success.find(component);
  if (success == vitals.last_success.end()) {
    page.raw("–");
    return;
  }
  page.text(age_in_words(
                std::chrono::duration_cast<std::chrono::seconds>(vitals.taken - success->second)) +
            " ago");
}

/// For whoever wonders why nothing of it is done.
void add_pause(Html& page, const QueueReading& queue, std::string_view component) {
  const Pause* const pause = pause_of(queue.pauses, component);
  if (pause == nullptr) return;
  page.raw("<br><span class=\"state so\">paused");
  if (pause->component.empty()) {
    page.raw(", as everything is</span>");
    return;
  }
  page.raw(" for ").text(age_in_words(pause->since)).raw("</span>");
  if (!pause->reason.empty()) {
    page.raw("<br><span class=\"soft\">").text(pause->reason).raw("</span>");
  }
}

void add_component(Html& page, const StatusView& view, const std::string& name) {
  const Share share = share_of(view.queue, name);
  page.raw("<tr><td>").text(name);
  add_pause(page, view.queue, name);
  page.raw("</td>");
  for (const std::int64_t number :
       {share.to_do, share.waiting, share.parked, done(view.vitals, name)}) {
    page.raw("<td class=\"n\">").number(number).raw("</td>");
  }
  page.raw("<td>");
  add_last_success(page, view.vitals, name);
  page.raw("</td></tr>");
}

}  // namespace

void add_components(Html& page, const StatusView& view) {
  page.raw(
      "<section class=\"card\" aria-labelledby=\"parts-title\"><h2 id=\"parts-title\">"
      "Components</h2><div class=\"scroll\"><table><thead><tr><th scope=\"col\">Component"
      "</th><th scope=\"col\" class=\"n\">To do</th><th scope=\"col\" class=\"n\">Waiting"
      "</th><th scope=\"col\" class=\"n\">Stuck</th><th scope=\"col\" class=\"n\">Done since "
      "start</th><th scope=\"col\">Last done</th></tr></thead>"
      "<tbody id=\"parts\" data-live>");
  for (const std::string& name : view.vitals.components) add_component(page, view, name);
  page.raw("</tbody></table></div></section>");
}

}  // namespace moodlesync::ops
