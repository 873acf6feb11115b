#include "ops/status_components.h"

#include <utility>

#include "moodlesync/brake.h"
#include "ops/pause_of.h"
#include "ops/status_pauses.h"
#include "ops/status_verdict.h"
#include "ops/status_widgets.h"

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

/// A field of a form: a component, or everything.
using Pausable = std::pair<const char*, std::string_view>;

std::string_view name_of(const Pausable& what) {
  return what.second.empty() ? what.first : what.second;
}

void add_pause_form(Html& page, std::string_view csrf, const Pausable& what) {
  page.raw("<details><summary>Pause ").text(name_of(what)).raw(" &hellip;</summary>");
  begin_form(page, "/pause", csrf, {what});
  page.raw("<input name=\"reason\" placeholder=\"Why, for all to see\" autocomplete=\"off\" ")
      .raw("maxlength=\"" + std::to_string(kLongestReason) + "\" aria-label=\"Why ")
      .text(name_of(what))
      .raw(" is paused; may be left empty\"><button>Pause ")
      .text(name_of(what))
      .raw("</button></form></details>");
}

void add_resume_form(Html& page, std::string_view csrf, const Pausable& what) {
  begin_form(page, "/resume", csrf, {what});
  page.raw("<button>Resume ").text(name_of(what)).raw("</button></form>");
}

void add_pause_cell(Html& page, const StatusView& view, std::string_view component) {
  const Pause* const pause = pause_of(view.queue.pauses, component);
  page.raw("<td>");
  if (pause == nullptr) {
    add_pause_form(page, view.csrf, {"component", component});
  } else if (!pause->component.empty()) {
    add_resume_form(page, view.csrf, {"component", component});
  }
  page.raw("</td>");
}

void add_pause_of_everything(Html& page, const StatusView& view) {
  page.raw("<div id=\"pausing\" data-live>");
  constexpr Pausable kEverything{"everything", ""};
  if (view.may_act()) {
    if (pause_of(view.queue.pauses, "") == nullptr) {
      add_pause_form(page, view.csrf, kEverything);
    }
    if (!view.queue.pauses.empty()) add_resume_form(page, view.csrf, kEverything);
  }
  page.raw("</div>");
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
  page.raw("</td>");
  if (view.may_act()) add_pause_cell(page, view, name);
  page.raw("</tr>");
}

}  // namespace

void add_components(Html& page, const StatusView& view) {
  page.raw(
      "<section class=\"card\" aria-labelledby=\"parts-title\"><h2 id=\"parts-title\">"
      "Components</h2><div class=\"scroll\"><table><thead><tr><th scope=\"col\">Component"
      "</th><th scope=\"col\" class=\"n\">To do</th><th scope=\"col\" class=\"n\">Waiting"
      "</th><th scope=\"col\" class=\"n\">Stuck</th><th scope=\"col\" class=\"n\">Done since "
      "start</th><th scope=\"col\">Last done</th>");
  if (view.may_act()) page.raw("<th scope=\"col\">Pause</th>");
  page.raw("</tr></thead><tbody id=\"parts\" data-live>");
  for (const std::string& name : view.vitals.components) add_component(page, view, name);
  page.raw("</tbody></table></div>");
  add_pause_of_everything(page, view);
  page.raw("</section>");
}

}  // namespace moodlesync::ops
