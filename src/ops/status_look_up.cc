#include "ops/status_look_up.h"

#include "moodlesync/brake.h"
#include "ops/status_verdict.h"
#include "ops/status_widgets.h"

namespace moodlesync::ops {

namespace {

void add_link(Html& page, const std::string& component, const Link& link) {
  page.raw("<p><strong>").text(component).raw("</strong>: ");
  if (!link.skipped.empty()) {
    page.raw("left out on purpose <code>").text(link.skipped).raw("</code>");
  } else if (const auto& id = link.moodle_id) {
    page.raw("has the Moodle id <code>").text(to_string(*id)).raw("</code>");
  } else {
    page.raw("has no Moodle id yet");
  }
  page.raw("; ")
      .text(counted(static_cast<std::int64_t>(link.sent.size()), "value"))
      .raw(" sent.</p>");
}

void add_parked(Html& page, const StatusView& view, const ParkedTask& task) {
  page.raw("<div class=\"entry\"><h3>")
      .text(task.key.component)
      .raw(": stuck for ")
      .text(age_in_words(task.parked))
      .raw("</h3><p>")
      .text(task.message)
      .raw(" <code>")
      .text(task.code)
      .raw("</code></p>");
  if (view.may_act() && task.code != kBrakeCode) {
    begin_form(page, "/retry", view.csrf,
               {{"component", task.key.component}, {"entity", to_string(task.key.entity)}});
    page.raw("<button>Try again now</button></form>");
  }
  page.raw("</div>");
}

}  // namespace

void add_look_up(Html& page, const StatusView& view) {
  if (view.searched.empty()) return;
  page.raw("<section class=\"card\" aria-labelledby=\"found-title\"><h2 id=\"found-title\">")
      .text(view.searched)
      .raw("</h2>");
  if (!view.found) {
    page.raw("<p>").text(view.search_trouble).raw("</p></section>");
    return;
  }
  const EntityReading& found = *view.found;
  if (found.parked.empty() && found.links.empty()) {
    page.raw("<p>Nothing is known of it: it was never synced, and nothing of it is stuck.</p>");
  }
  for (const auto& [component, link] : found.links) add_link(page, component, link);
  for (const ParkedTask& task : found.parked) add_parked(page, view, task);
  page.raw("</section>");
}

}  // namespace moodlesync::ops
