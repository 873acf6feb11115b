#include "ops/standing_metrics.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "ops/pause_of.h"

namespace moodlesync::ops {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

/// A family that is filled value by value.
class Gauge {
 public:
  Gauge(std::string name, std::string help)
      : family_{"moodle_syncd_" + std::move(name), std::move(help), MetricType::Gauge, {}} {}

  Gauge& add(double value, Labels labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    family_.metric.push_back(std::move(metric));
    return *this;
  }
  template <class T>
  Gauge& count(T value, Labels labels = {}) {
    return add(static_cast<double>(value), std::move(labels));
  }
  [[nodiscard]] MetricFamily take() { return std::move(family_); }

 private:
  MetricFamily family_;
};

double seconds(Clock::TimePoint::duration time) {
  return std::chrono::duration<double>(time).count();
}

/// 0: it is there; 1: away; 2: not asked yet.
double circuit(const Vitals::Side& side) {
  using State = Vitals::Side::State;
  if (side.state == State::kThere) return 0;
  return side.state == State::kAway ? 1 : 2;
}

class Collector {
 public:
  Collector(const Vitals& vitals, const QueueReading& queue, double wall)
      : vitals_(vitals), queue_(queue), wall_(wall) {}

  std::vector<MetricFamily> collect(const std::string& version) {
    put(Gauge("build_info", "Always 1; the version is in the label")
            .add(1, {{"version", version}}));
    loop();
    sides();
    components();
    if (queue_.is_taken) queue();
    return std::move(families_);
  }

 private:
  void put(Gauge& gauge) { families_.push_back(gauge.take()); }

  [[nodiscard]] double wall_time(Clock::TimePoint when) const {
    return wall_ - seconds(vitals_.taken - when);
  }

  void loop() {
    put(Gauge("ready", "1 while the guard has passed and database and Moodle are there")
            .count(vitals_.is_ready()));
    put(Gauge("guard_ok", "1 once the guard has found the site that was installed")
            .count(vitals_.guard_passed));
    put(Gauge("start_time_seconds", "When the daemon was started, in Unix time")
            .add(wall_time(vitals_.started)));
    put(Gauge("loop_progress_age_seconds", "Since the event loop has last shown a sign of life")
            .add(seconds(vitals_.taken - vitals_.progress)));
    put(Gauge("conversations", "Conversations with Moodle that are going on")
            .count(vitals_.conversations));
    put(Gauge("outcomes_unsettled", "Outcomes that are not stored yet").count(vitals_.unsettled));
    put(Gauge("concurrency_limit", "Requests to Moodle that may be in flight at once")
            .count(vitals_.gateway.limit));
    put(Gauge("moodle_requests_in_flight", "Requests that Moodle has not answered yet")
            .count(vitals_.gateway.in_flight));
    put(Gauge("moodle_max_input_vars", "Form variables that a request to Moodle may have")
            .count(vitals_.gateway.max_input_vars));
    put(Gauge("retry_budget_tokens", "Failed attempts that may be repeated soon; 0: later only")
            .count(vitals_.retry_budget));
    put(Gauge("listen_up", "1 while notifications of changes arrive; 0: they are polled for")
            .count(vitals_.is_listening));
    put(Gauge("capture_gaps", "Kinds of changes in Drupal that are not noticed by a trigger")
            .count(vitals_.capture_gaps.size()));
  }

  void sides() {
    put(Gauge("circuit_state", "0: the other side is there, 1: away, 2: not asked yet")
            .add(circuit(vitals_.database), {{"side", "database"}})
            .add(circuit(vitals_.moodle), {{"side", "moodle"}}));
  }

  void components() {
    Gauge stopped("component_stopped", "1 while a component cannot work (MS-203, MS-204)");
    Gauge brake("brake_tripped", "1 while the brake holds removals of a component back");
    Gauge success("last_success_timestamp_seconds",
                  "When a conversation of the component last went well, in Unix time");
    for (const std::string& component : vitals_.components) {
      stopped.count(vitals_.stopped.contains(component), {{"component", component}});
      brake.count(is_held(component), {{"component", component}});
      const auto found = vitals_.last_success.find(component);
      if (found == vitals_.last_success.end()) continue;
      success.add(wall_time(found->second), {{"component", component}});
    }
    put(stopped);
    put(brake);
    put(success);
  }

  [[nodiscard]] bool is_held(const std::string& component) const {
    return vitals_.held_back.contains(component) ||
           std::ranges::find(queue_.held, component, &HeldRemovals::component) != queue_.held.end();
  }

  void queue() {
    Gauge depth("queue_depth", "Tasks, by component and state");
    Gauge oldest("queue_oldest_age_seconds",
                 "Age of the oldest change that is still to be done; parked ones do not count");
    Gauge parked("dead_letters", "Parked tasks: nobody works on them until somebody acts");
    std::map<std::pair<std::string, std::string>, std::int64_t> tasks;
    std::map<std::string, double> age;
    for (const std::string& component : vitals_.components) {
      age[component] = 0;
      for (const char* state : {"pending", "running", "waiting", "parked"}) {
        tasks[{component, state}] = 0;
      }
    }
    for (const QueueStats::Line& line : queue_.stats.tasks) {
      tasks[{line.component, line.state}] += line.count;
      const auto seconds_old = static_cast<double>(line.oldest.count());
      if (line.state == "parked") continue;
      age[line.component] = std::max(age[line.component], seconds_old);
    }
    for (const auto& [key, count] : tasks) {
      depth.count(count, {{"component", key.first}, {"state", key.second}});
      if (key.second == "parked") parked.count(count, {{"component", key.first}});
    }
    Gauge paused("component_paused", "1 while somebody has paused the component, or everything");
    for (const std::string& component : vitals_.components) {
      paused.count(pause_of(queue_.pauses, component) != nullptr, {{"component", component}});
    }
    for (const auto& [component, old] : age) oldest.add(old, {{"component", component}});
    put(paused);
    put(depth);
    put(oldest);
    put(parked);
    totals();
  }

  void totals() {
    const QueueStats& stats = queue_.stats;
    put(Gauge("queue_changes", "Changes that are not moved into tasks yet").count(stats.changes));
    put(Gauge("links", "Entities that Moodle was told of").count(stats.links));
    put(Gauge("links_skipped", "Entities that are left out on purpose").count(stats.skipped));
    put(Gauge("write_backs_owed", "Moodle ids that are still to be written into Drupal")
            .count(stats.owed_write_backs));
    put(Gauge("queue_table_bytes", "Size of the task table with its indexes")
            .count(stats.table_bytes));
    put(Gauge("queue_dead_tuples", "Rows of the task table that wait for vacuum")
            .count(stats.dead_tuples));
    put(Gauge("oldest_xmin_age",
              "Transactions since the oldest one whose view of the database keeps vacuum from "
              "dead rows")
            .count(stats.oldest_xmin_age));
    put(Gauge("queue_reading_age_seconds", "Since the queue was last looked at for these numbers")
            .add(seconds(vitals_.taken - queue_.when)));
  }

  const Vitals& vitals_;
  const QueueReading& queue_;
  double wall_;
  std::vector<MetricFamily> families_;
};

}  // namespace

std::vector<MetricFamily> StandingMetrics::collect(const Vitals& vitals, const QueueReading& queue,
                                                   double wall) const {
  return Collector(vitals, queue, wall).collect(version);
}

}  // namespace moodlesync::ops
