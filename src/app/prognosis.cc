#include "app/prognosis.h"

#include "app/page.h"
#include "moodlesync/brake.h"

namespace moodlesync::app {

namespace {

using Sentences = std::vector<std::string>;

std::string in(std::chrono::seconds time) {
  return time.count() <= 0 ? "now" : "in " + age_text(time);
}

void tell_waiting(const Dossier::OwedTask& task, Sentences& to) {
  if (!task.waits_on) {
    to.push_back("It waits; it looks for itself again " + in(task.due) + ".");
    return;
  }
  const std::string other = to_string(*task.waits_on);
  to.push_back("It goes on by itself as soon as " + other + " (" + task.waits_component +
               ") has its Moodle id, and looks for itself " + in(task.due) +
               ". What holds that one up: moodle-syncd explain " + other);
}

void tell_parked(const Situation& of, const Dossier::OwedTask& task, Sentences& to) {
  if (task.code == kBrakeCode) {
    to.emplace_back(
        "Nothing, until somebody decides about what the brake holds: moodle-syncd brake list; or "
        "until the entity is put right in Drupal.");
    return;
  }
  const std::string entity = to_string(of.key.entity);
  to.push_back(
      "Nobody works on it until it is saved in Drupal again or somebody says so: "
      "moodle-syncd parked retry --entity " +
      entity + ". To leave Moodle as it is: moodle-syncd parked drop --entity " + entity +
      " --yes");
}

void tell_task(const Situation& of, const Dossier::OwedTask& task, Sentences& to) {
  if (task.state == "running") {
    to.push_back(task.instance + " is working on it; if that one should die, another takes over " +
                 in(task.due) + ".");
  } else if (task.state == "waiting") {
    tell_waiting(task, to);
  } else if (task.state == "parked") {
    tell_parked(of, task, to);
  } else if (task.attempts > 0) {
    to.push_back("It is tried again " + in(task.due) + ", for the " +
                 std::to_string(task.attempts + 1) + ". time.");
  } else {
    to.push_back("It is due " + in(task.due) + ": the next free daemon takes it.");
  }
  if (task.in_doubt && task.state != "parked") {
    to.emplace_back(
        "The last attempt may have reached Moodle unheard: Moodle is looked at before anything is "
        "made.");
  }
}

void tell_nothing_owed(const Situation& of, Sentences& to) {
  const bool exists = of.entity != nullptr && of.entity->exists;
  if (of.link == nullptr) {
    if (exists) {
      to.emplace_back(
          "Nothing is queued and Moodle was never told of it: the next sweep finds it "
          "(engine.sweep_interval), or save it in Drupal.");
    } else {
      to.emplace_back("Nothing: it is not in Drupal, and Moodle was never told of it.");
    }
    return;
  }
  if (of.link->dropped) {
    to.emplace_back(
        "Somebody dropped its task: Moodle stays as it is until the entity is saved in Drupal.");
  } else if (!of.link->link.skipped.empty()) {
    to.push_back("It is skipped (" + of.link->link.skipped +
                 "). It is looked at again when it is saved in Drupal.");
  } else {
    to.emplace_back(
        "Nothing is owed. When it is saved in Drupal, what differs from what Moodle was last told "
        "is sent.");
  }
}

void tell_obstacles(const Situation& of, Sentences& to) {
  if (of.guard_refuses) {
    to.emplace_back("But the guard refuses to write to Moodle: moodle-syncd status says why.");
  }
  if (of.paused) {
    to.push_back("But " + of.key.component +
                 " is paused: not before somebody says moodle-syncd resume.");
  }
  if (!of.daemon_runs) to.emplace_back("But no daemon runs: systemctl start moodle-syncd");
  if (of.moodle_away) to.emplace_back("But Moodle is away; it goes on when that is back.");
}

}  // namespace

std::vector<std::string> prognosis(const Situation& of) {
  Sentences to;
  if (of.changes > 0) to.emplace_back("A change of it is about to be taken in.");
  const bool opted_out =
      of.entity != nullptr && of.entity->exists &&
      parse_moodle_id(of.entity->moodle_id_text).kind == MoodleIdField::kOptedOut;
  if (opted_out) {
    to.push_back("Its " + of.moodle_id_field + " says '" + of.entity->moodle_id_text +
                 "', so Moodle is left alone.");
  }
  if (of.task != nullptr) {
    tell_task(of, *of.task, to);
  } else if (!opted_out) {
    tell_nothing_owed(of, to);
  }
  const bool moves = of.changes > 0 || (of.task != nullptr && of.task->state != "parked");
  if (moves) tell_obstacles(of, to);
  if (of.link != nullptr && of.link->write_back_owed) {
    to.push_back("Its Moodle id is still to be written into Drupal's " + of.moodle_id_field + ".");
  }
  return to;
}

}  // namespace moodlesync::app
