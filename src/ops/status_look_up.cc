#include "ops/status_look_up.h"

#include <map>

#include "moodlesync/brake.h"
#include "ops/pause_of.h"
#include "ops/status_pauses.h"
#include "ops/status_verdict.h"
#include "ops/status_widgets.h"

namespace moodlesync::ops {

namespace {

using std::chrono::seconds;
using Task = Dossier::OwedTask;

/// What one component's source has to do with the entity.
struct Part {
  const Task* task = nullptr;
  const Dossier::KnownLink* link = nullptr;
  std::vector<const Dossier::HeldBack*> held = {};
};

std::map<TaskKey, Part> parts_of(const Dossier& found) {
  std::map<TaskKey, Part> parts;
  for (const Task& task : found.tasks) parts[task.key].task = &task;
  for (const Dossier::KnownLink& link : found.links) parts[link.key].link = &link;
  for (const Dossier::HeldBack& held : found.held) parts[held.key].held.push_back(&held);
  return parts;
}

std::string in(seconds time) { return time.count() <= 0 ? "now" : "in " + age_in_words(time); }

bool is_held_by_brake(const Task& task) {
  return task.state == "parked" && task.code == kBrakeCode;
}

void add_state(Html& page, const Task& task) {
  if (task.state == "running") {
    page.raw("is being worked on");
  } else if (task.state == "waiting") {
    page.raw("waits");
    if (!task.waits_on) return;
    page.raw(" for ");
    add_entity_link(page, *task.waits_on);
  } else if (is_held_by_brake(task)) {
    page.raw("held back by the brake");
  } else if (task.state == "parked") {
    // It is due since it was parked.
    page.text("stuck for " + age_in_words(-task.due));
  } else {
    page.text((task.attempts > 0 ? "is tried again " : "is due ") + in(task.due));
  }
}

void add_state_without_task(Html& page, const Part& part) {
  if (!part.held.empty()) {
    page.raw("held back by the brake");
  } else if (part.link->dropped) {
    page.raw("given up by somebody");
  } else {
    page.raw(part.link->link.skipped.empty() ? "in step" : "left out");
  }
}

void add_trouble(Html& page, const Task& task) {
  // What a waiting one would say stands in its heading.
  if (task.message.empty() || task.waits_on) return;
  page.raw("<p>");
  if (task.attempts > 0 && task.state != "parked") {
    page.text(counted(task.attempts, "attempt") + " failed; the last one: ");
  }
  page.text(task.message);
  if (!task.code.empty()) page.raw(" <code>").text(task.code).raw("</code>");
  page.raw("</p>");
}

void add_worker(Html& page, const Task& task) {
  if (task.due.count() <= 0) {
    page.raw("<p>Nothing was heard in time of <code>")
        .text(task.instance)
        .raw("</code>, which works on it: another takes over.</p>");
    return;
  }
  page.raw("<p><code>")
      .text(task.instance)
      .raw("</code> works on it. If nothing is heard of that one for ")
      .text(age_in_words(task.due))
      .raw(", another takes over.</p>");
}

void add_wait(Html& page, const Task& task) {
  page.raw("<p>");
  if (task.waits_on) {
    page.raw("It goes on by itself as soon as that has its Moodle id");
    if (!task.waits_component.empty()) page.raw(" from ").text(task.waits_component);
    page.raw(". ");
  }
  page.text("It looks again " + in(task.due) + ".").raw("</p>");
}

void add_parked(Html& page, const StatusView& view, const Task& task) {
  if (is_held_by_brake(task)) return;
  if (!view.may_act()) {
    page.raw("<p class=\"soft\">Saving it in Drupal tries it again.</p>");
    return;
  }
  begin_form(page, "/retry", view.csrf,
             {{"component", task.key.component}, {"entity", to_string(task.key.entity)}});
  page.raw("<button>Try again now</button></form>");
}

/// Why a task that could go on does not.
void add_pause(Html& page, const StatusView& view, const Task& task) {
  const bool may_begin = task.state == "pending" || task.state == "waiting";
  const Pause* const pause = pause_of(view.queue.pauses, task.key.component);
  if (pause == nullptr || !may_begin) return;
  page.raw("<p><span class=\"state so\">Paused</span>: ")
      .text(pauses_in_words({pause, 1}))
      .raw(". It goes on when somebody resumes.</p>");
}

void add_task(Html& page, const StatusView& view, const Task& task) {
  add_trouble(page, task);
  if (task.state == "running") add_worker(page, task);
  if (task.state == "waiting") add_wait(page, task);
  add_pause(page, view, task);
  page.raw("<p class=\"soft\">In the queue for ").text(age_in_words(task.queued)).raw(".");
  if (task.in_doubt && task.state != "parked") {
    page.raw(
        " The last attempt may have reached Moodle unheard, so Moodle is looked at before anything "
        "is made.");
  }
  page.raw("</p>");
  if (task.state == "parked") add_parked(page, view, task);
}

void add_link(Html& page, const Dossier::KnownLink& known) {
  const Link& link = known.link;
  page.raw("<p>");
  if (!link.skipped.empty()) {
    page.raw("Left out on purpose <code>").text(link.skipped).raw("</code>");
  } else if (const auto& id = link.moodle_id) {
    page.raw("Has the Moodle id <code>").text(to_string(*id)).raw("</code>");
  } else {
    page.raw(link.sent.empty() ? "Nothing was sent" : "Has no Moodle id of its own");
  }
  if (!link.sent.empty()) {
    page.text("; " + counted(static_cast<std::int64_t>(link.sent.size()), "value") + " sent");
  }
  page.text(", as of " + age_in_words(known.updated) + " ago.");
  if (known.write_back_owed) page.raw(" The id is still to be written into Drupal.");
  if (known.dropped) page.raw(" Moodle stays as it is until the entity is saved in Drupal again.");
  page.raw("</p>");
}

void add_removals(Html& page, const std::vector<const Dossier::HeldBack*>& all) {
  if (all.empty()) return;
  page.raw("<p>To be taken away in Moodle, but held back: ");
  for (const Dossier::HeldBack* held : all) {
    page.raw(held == all.front() ? "" : ", ").text(held->verb).raw(" ").number(held->removals);
  }
  page.raw(". It is decided for all that the brake holds at once.</p>");
}

bool is_only_source(const std::map<TaskKey, Part>& parts, const TaskKey& of) {
  std::size_t sources = 0;
  for (const auto& [key, part] : parts) sources += key.component == of.component ? 1U : 0U;
  return sources == 1;
}

void add_waiters(Html& page, const std::vector<TaskKey>& waiters) {
  if (waiters.empty()) return;
  page.raw("<div class=\"entry\"><h3>What waits for it</h3><p>");
  for (const TaskKey& key : waiters) {
    if (&key != waiters.data()) page.raw(" &middot; ");
    add_entity_link(page, key.entity);
    page.raw(" (").text(key.component).raw(")");
  }
  page.raw("</p></div>");
}

void add_found(Html& page, const StatusView& view, const Dossier& found) {
  const std::map<TaskKey, Part> parts = parts_of(found);
  if (found.changes > 0) {
    page.raw("<p>")
        .text(counted(found.changes, "change of it is", "changes of it are"))
        .raw(" about to be taken in.</p>");
  } else if (parts.empty()) {
    page.raw(
        "<p>Nothing is known of it: it was never synced, and nothing of it is to be done.</p>");
  }
  for (const auto& [key, part] : parts) {
    page.raw("<div class=\"entry\"><h3>").text(key.component);
    if (!is_only_source(parts, key)) page.raw(", source ").text(key.source);
    page.raw(": ");
    part.task != nullptr ? add_state(page, *part.task) : add_state_without_task(page, part);
    page.raw("</h3>");
    if (part.task != nullptr) add_task(page, view, *part.task);
    add_removals(page, part.held);
    if (part.link != nullptr) add_link(page, *part.link);
    page.raw("</div>");
  }
  add_waiters(page, found.waiting_for);
}

}  // namespace

void add_look_up(Html& page, const StatusView& view) {
  if (view.searched.empty()) return;
  page.raw("<section class=\"card\" aria-labelledby=\"found-title\"><h2 id=\"found-title\">")
      .text(view.searched)
      .raw("</h2>");
  if (view.found) {
    add_found(page, view, *view.found);
  } else {
    page.raw("<p>").text(view.search_trouble).raw("</p>");
  }
  page.raw("</section>");
}

}  // namespace moodlesync::ops
