#include "ops/status_obstacles.h"

#include <vector>

#include "moodlesync/brake.h"
#include "ops/pause_of.h"
#include "ops/status_verdict.h"
#include "ops/status_widgets.h"

namespace moodlesync::ops {

namespace {

void add_examples(Html& page, const ParkedList& parked, const QueueStats::Line& line) {
  bool is_first = true;
  for (const ParkedTask& task : parked.tasks) {
    if (task.key.component != line.component || task.code != line.code) continue;
    page.raw(is_first ? "<p>" : " &middot; ");
    is_first = false;
    add_entity_link(page, task.key.entity);
  }
  if (!is_first) page.raw("</p>");
}

void add_stuck_for(Html& page, const StatusView& view, const QueueStats::Line& line) {
  page.raw("<div class=\"entry\"><h3>")
      .text(line.component)
      .raw(": ")
      .text(counted(line.count, "entry", "entries"))
      .raw(", the oldest for ")
      .text(age_in_words(line.oldest))
      .raw("</h3><p>")
      .text(line.last_error.empty() ? "Moodle refused it." : line.last_error)
      .raw(" <code>")
      .text(line.code)
      .raw("</code></p>");
  add_examples(page, view.queue.parked, line);
  page.raw(
      "<p class=\"soft\">Saving the entity in Drupal tries it again. If the obstacle was in "
      "Moodle, mend it there first.</p>");
  if (view.may_act()) {
    begin_form(page, "/retry", view.csrf, {{"component", line.component}, {"code", line.code}});
    page.raw("<button>Try ")
        .text(line.count == 1 ? "it" : "all of them")
        .raw(" again now</button></form>");
  }
  page.raw("</div>");
}

void add_decision(Html& page, const StatusView& view, const HeldRemovals& held) {
  if (!view.may_act()) {
    page.raw(
        "<p class=\"soft\">To decide: <code>moodle-syncd brake list</code>, then "
        "<code>brake allow</code> or <code>brake drop</code>.</p>");
    return;
  }
  page.raw("<details><summary>It is right that they go &hellip;</summary>");
  begin_form(page, "/allow", view.csrf, {{"component", held.component}});
  page.raw("<button class=\"grave\">Take ")
      .text(counted(held.removals, "thing"))
      .raw(" away in Moodle</button></form></details>");
}

void add_held_of(Html& page, const StatusView& view, const HeldRemovals& held) {
  page.raw("<section class=\"card\"><h2>The brake: ")
      .text(counted(held.removals, "removal"))
      .raw(" of ")
      .text(held.component)
      .raw(" held back for ")
      .text(age_in_words(held.since))
      .raw("</h2><p>To be taken away: ");
  bool is_first = true;
  for (const auto& [verb, count] : held.by_verb) {
    page.raw(is_first ? "" : ", ").text(verb).raw(" ").number(count);
    is_first = false;
  }
  page.raw(". ")
      .text(counted(held.tripped.wanted, "was", "were"))
      .raw(" asked for at once; Moodle holds ")
      .number(held.tripped.linked)
      .raw(
          " by our doing. Was a vocabulary emptied, an import broken? Then put it right in "
          "Drupal and nothing is taken away.</p><p>");
  for (const TaskKey& key : held.examples) {
    add_entity_link(page, key.entity);
    page.raw(" ");
  }
  page.raw("</p>");
  add_decision(page, view, held);
  page.raw("</section>");
}

void add_wait(Html& page, const StatusView& view, const QueueStats::Wait& wait) {
  page.raw("<li><strong>")
      .text(wait.component)
      .raw("</strong>: ")
      .text(counted(wait.count, "entry waits", "entries wait"));
  if (wait.for_component.empty()) {
    page.raw(" for an id that no component gives");
  } else {
    page.raw(wait.count == 1 ? " for a Moodle id from " : " for Moodle ids from ")
        .text(wait.for_component);
  }
  if (!wait.example.type.empty()) {
    page.raw(wait.count == 1 ? ": " : ", for instance ");
    add_entity_link(page, wait.example);
  }
  if (!wait.for_component.empty() && pause_of(view.queue.pauses, wait.for_component) != nullptr) {
    page.raw(" <span class=\"state so\">paused</span>");
  }
  page.raw("</li>");
}

}  // namespace

void add_stuck(Html& page, const StatusView& view) {
  page.raw("<div id=\"stuck\" data-live>");
  std::vector<const QueueStats::Line*> lines;
  for (const QueueStats::Line& line : view.queue.stats.tasks) {
    if (line.state == "parked" && line.code != kBrakeCode) lines.push_back(&line);
  }
  if (!lines.empty()) {
    page.raw(
        "<section class=\"card\" aria-labelledby=\"stuck-title\">"
        "<h2 id=\"stuck-title\">What is stuck, and why</h2>");
    for (const QueueStats::Line* line : lines) add_stuck_for(page, view, *line);
    page.raw("</section>");
  }
  page.raw("</div>");
}

void add_held(Html& page, const StatusView& view) {
  page.raw("<div id=\"held\" data-live>");
  for (const HeldRemovals& held : view.queue.held) add_held_of(page, view, held);
  page.raw("</div>");
}

void add_waits(Html& page, const StatusView& view) {
  page.raw("<div id=\"waits\" data-live>");
  if (!view.queue.stats.waits.empty()) {
    page.raw(
        "<section class=\"card\" aria-labelledby=\"waits-title\"><h2 id=\"waits-title\">What "
        "waits, and for what</h2><ul class=\"plain\">");
    for (const QueueStats::Wait& wait : view.queue.stats.waits) add_wait(page, view, wait);
    page.raw(
        "</ul><p class=\"soft\">It goes on by itself. If it does not, look at what it waits "
        "for.</p></section>");
  }
  page.raw("</div>");
}

}  // namespace moodlesync::ops
