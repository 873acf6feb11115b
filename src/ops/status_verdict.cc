#include "ops/status_verdict.h"

#include <algorithm>

#include "base/age.h"
#include "moodlesync/brake.h"
#include "ops/html.h"
#include "ops/pause_of.h"
#include "ops/status_pauses.h"

namespace moodlesync::ops {

namespace {

using Mood = StatusVerdict::Mood;
using State = Vitals::Side::State;

std::string since(const Vitals& vitals, Clock::TimePoint when) {
  return age_in_words(std::chrono::duration_cast<std::chrono::seconds>(vitals.taken - when));
}

StatusVerdict about_starting(const Vitals& vitals) {
  if (vitals.hindrance.empty()) {
    return {Mood::kBusy, "Starting", "The database is asked whether this is the right site."};
  }
  return {Mood::kBad, "Cannot start yet; tried again by itself", vitals.hindrance};
}

/// What keeps the whole daemon from its work.
bool is_hindered(const Vitals& vitals) {
  return vitals.phase != Phase::kWorking || vitals.database.state == State::kAway ||
         vitals.moodle.state != State::kThere;
}

StatusVerdict about_hindrance(const Vitals& vitals) {
  if (vitals.phase == Phase::kStarting) return about_starting(vitals);
  if (vitals.phase != Phase::kWorking) {
    return {Mood::kBusy, vitals.phase == Phase::kReloading ? "Reloading" : "Stopping",
            "What is in flight is finished, nothing more is begun."};
  }
  if (vitals.database.state == State::kAway) {
    return {Mood::kBad,
            "Drupal's database has been away for " + since(vitals, vitals.database.since) +
                "; nothing is lost",
            vitals.database.reason};
  }
  if (vitals.moodle.state == State::kUntried) {
    return {Mood::kBusy, "Asking Moodle", "Moodle has not answered yet."};
  }
  return {Mood::kBad,
          "Moodle has been away for " + since(vitals, vitals.moodle.since) + "; all work is kept",
          vitals.moodle.reason};
}

StatusVerdict about_pause_of_everything(const QueueReading& queue) {
  const QueueTotals totals = totals_of(queue);
  const std::int64_t kept = totals.to_do + totals.waiting;
  return {Mood::kWarning,
          "Everything is paused" +
              (kept == 0 ? "" : "; " + counted(kept, "change waits", "changes wait")),
          "Changes in Drupal are taken in and kept; nothing is begun in Moodle until somebody "
          "resumes."};
}

/// What is to be done, apart from what a pause keeps from it.
struct Motion {
  std::int64_t goes_on = 0;
  std::int64_t rests = 0;
  std::chrono::seconds oldest{0};  ///< Of what goes on.
};

Motion motion_of(const QueueReading& queue) {
  Motion motion;
  motion.goes_on = queue.stats.changes;
  for (const QueueStats::Line& line : queue.stats.tasks) {
    if (line.state == "parked") continue;
    // What is being worked on goes on to its end.
    if (line.state != "running" && pause_of(queue.pauses, line.component) != nullptr) {
      motion.rests += line.count;
      continue;
    }
    motion.goes_on += line.count;
    motion.oldest = std::max(motion.oldest, line.oldest);
  }
  return motion;
}

StatusVerdict about_queue(const QueueReading& queue) {
  if (!queue.is_taken) {
    return {Mood::kBusy, "Looking at the queue",
            queue.trouble.empty() ? "This takes a moment." : queue.trouble};
  }
  const QueueTotals totals = totals_of(queue);
  const std::string needs =
      totals.parked == 0 ? "" : counted(totals.parked, "entry needs you", "entries need you");
  const std::string also = needs.empty() ? "" : " " + needs + ".";
  const Motion motion = motion_of(queue);
  if (motion.goes_on > 0) {
    return {motion.oldest > std::chrono::minutes{5} ? Mood::kWarning : Mood::kBusy,
            "Catching up: " + counted(motion.goes_on, "change") + " to go",
            "The oldest has waited for " + age_in_words(motion.oldest) + "." +
                (motion.rests == 0 ? ""
                                   : " " + counted(motion.rests, "more waits", "more wait") +
                                         " for the end of a pause.") +
                also};
  }
  if (motion.rests > 0) {
    return {
        Mood::kWarning,
        counted(motion.rests, "change waits", "changes wait") + ": " + who_is_paused(queue.pauses),
        "All else has arrived in Moodle." + also};
  }
  if (totals.parked > 0) {
    return {Mood::kWarning, "In step, but " + needs,
            "Trying again would change nothing until somebody mends what stands in the way."};
  }
  if (!queue.pauses.empty()) {
    return {Mood::kWarning, "In step, but " + who_is_paused(queue.pauses),
            "What changes there is taken in and kept until somebody resumes."};
  }
  return {Mood::kGood, "Moodle is in step", "Every change in Drupal has arrived in Moodle."};
}

StatusVerdict gravest(const Vitals& vitals, const QueueReading& queue,
                      std::chrono::milliseconds patience) {
  if (vitals.since_progress() > patience) {
    return {Mood::kBad, "The daemon hangs",
            "It has shown no sign of life for " + since(vitals, vitals.progress) + "; restart it."};
  }
  if (is_hindered(vitals)) return about_hindrance(vitals);
  if (pause_of(queue.pauses, "") != nullptr) return about_pause_of_everything(queue);
  if (!vitals.stopped.empty()) {
    const auto& [component, reason] = *vitals.stopped.begin();
    return {Mood::kBad, "The component " + component + " cannot work; others go on", reason};
  }
  const std::int64_t held = totals_of(queue).held;
  if (held > 0) {
    return {Mood::kWarning, counted(held, "removal") + " held back: your decision",
            "More than usual was to be taken away in Moodle, so nothing of it was. Everything else "
            "goes on."};
  }
  return about_queue(queue);
}

}  // namespace

std::string age_in_words(std::chrono::seconds age) {
  return base::rounded_age(age, {" s", " min", " h", " days"});
}

QueueTotals totals_of(const QueueReading& queue) {
  QueueTotals totals;
  totals.to_do = queue.stats.changes;
  for (const QueueStats::Line& line : queue.stats.tasks) {
    if (line.state == "parked") {
      if (line.code != kBrakeCode) totals.parked += line.count;
      continue;
    }
    (line.state == "waiting" ? totals.waiting : totals.to_do) += line.count;
    totals.oldest = std::max(totals.oldest, line.oldest);
  }
  for (const HeldRemovals& held : queue.held) totals.held += held.removals;
  return totals;
}

StatusVerdict judge_status(const Vitals& vitals, const QueueReading& queue,
                           std::chrono::milliseconds patience) {
  StatusVerdict verdict = gravest(vitals, queue, patience);
  verdict.pauses = pauses_in_words(queue.pauses);
  return verdict;
}

}  // namespace moodlesync::ops
