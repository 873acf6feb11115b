#include "ops/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "ops/standing_metrics.h"

namespace moodlesync::ops {

namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Histogram;

/// OpenTelemetry's, and what a slow Moodle needs on top.
const Histogram::BucketBoundaries kSeconds{.005, .01, .025, .05, .075, .1, .25, .5,
                                           .75,  1,   2.5,  5,   7.5,  10, 30,  60};
/// From a change to Moodle: milliseconds on a quiet day, hours behind an import or an outage.
const Histogram::BucketBoundaries kLatency{.01, .025, .05, .1,  .25, .5,  1,    2.5,   5,
                                           10,  30,   60,  120, 300, 900, 3600, 21600, 86400};
const Histogram::BucketBoundaries kRows{1, 2, 5, 10, 20, 50, 100, 200, 500};

Counter& counter(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

/// A family's metrics by the values of its labels. Family::Add() makes a new one each time, if only
/// to find that it is there already.
template <class Metric>
class ByLabels {
 public:
  using Values = std::array<std::string_view, 2>;  ///< The second one is empty where there is none.
  using Make = std::function<Metric&(const Values&)>;
  explicit ByLabels(Make make) : make_(std::move(make)) {}

  Metric& of(std::string_view first, std::string_view second = {}) {
    auto row = known_.find(first);
    if (row == known_.end()) row = known_.try_emplace(std::string(first)).first;
    auto at = row->second.find(second);
    if (at == row->second.end()) {
      at = row->second.emplace(std::string(second), &make_({first, second})).first;
    }
    return *at->second;
  }

 private:
  Make make_;
  std::map<std::string, std::map<std::string, Metric*, std::less<>>, std::less<>> known_;
};

using LabelNames = std::array<const char*, 2>;

prometheus::Labels labels(const LabelNames& names, const std::array<std::string_view, 2>& values) {
  prometheus::Labels labels;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names.at(i) != nullptr) labels.emplace(names.at(i), values.at(i));
  }
  return labels;
}

ByLabels<Counter> counters(prometheus::Registry& registry, const char* name, const char* help,
                           const LabelNames& names) {
  Family<Counter>& family = prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  return ByLabels<Counter>([&family, names](const auto& values) -> Counter& {
    return family.Add(labels(names, values));
  });
}

ByLabels<Histogram> histograms(prometheus::Registry& registry, const char* name, const char* help,
                               const LabelNames& names, const Histogram::BucketBoundaries& bounds) {
  Family<Histogram>& family = prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
  return ByLabels<Histogram>([&family, names, &bounds](const auto& values) -> Histogram& {
    return family.Add(labels(names, values), bounds);
  });
}

double in_seconds(std::chrono::microseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// What has come on top since `before`; after a reload the gateway counts from zero again.
double increase(std::uint64_t before, std::uint64_t now) {
  return static_cast<double>(now >= before ? now - before : now);
}

}  // namespace

class Metrics::Families {
 public:
  prometheus::Registry registry;
  Counter& turns = counter(registry, "moodle_syncd_loop_turns_total", "Turns of the event loop");
  Counter& drained = counter(registry, "moodle_syncd_changes_drained_total",
                             "Changes in Drupal that were moved into tasks");
  Counter& swept = counter(registry, "moodle_syncd_changes_swept_total",
                           "Tasks queued by the sweep, because no change had told of them");
  Counter& claimed =
      counter(registry, "moodle_syncd_tasks_claimed_total", "Tasks taken to be worked on");
  Counter& settled = counter(registry, "moodle_syncd_outcomes_settled_total", "Outcomes stored");
  Counter& lost = counter(registry, "moodle_syncd_leases_lost_total",
                          "Tasks that another instance has taken over meanwhile");
  Counter& written =
      counter(registry, "moodle_syncd_write_backs_total", "Moodle ids written into Drupal");
  Counter& rows =
      counter(registry, "moodle_syncd_moodle_rows_total", "Rows that Moodle has answered");
  Counter& splits = counter(registry, "moodle_syncd_moodle_splits_total",
                            "Calls that were split because Moodle refused them");
  Counter& connections =
      counter(registry, "moodle_syncd_moodle_connections_total", "Connections opened to Moodle");
  ByLabels<Counter> events =
      counters(registry, "moodle_syncd_events_total",
               "Tasks that have come to an end, by how: what goes on is in attempts only",
               {"component", "outcome"});
  ByLabels<Counter> attempts =
      counters(registry, "moodle_syncd_attempts_total",
               "Conversations that have come to an end, by how", {"component", "outcome"});
  ByLabels<Histogram> conversation_seconds = histograms(
      registry, "moodle_syncd_conversation_duration_seconds",
      "From the start of a conversation to its end, all waiting included", {"component"}, kSeconds);
  ByLabels<Histogram> pickup_seconds =
      histograms(registry, "moodle_syncd_pickup_latency_seconds",
                 "From when a task could be worked on (queued, its wait or pause between attempts "
                 "over) to when it was taken",
                 {"component"}, kLatency);
  ByLabels<Histogram> sync_seconds =
      histograms(registry, "moodle_syncd_sync_latency_seconds",
                 "From a change in Drupal to when Moodle agreed with it, retries and waiting "
                 "included; without what is left out on purpose",
                 {"component"}, kLatency);
  ByLabels<Histogram> request_seconds =
      histograms(registry, "moodle_syncd_moodle_request_duration_seconds",
                 "From the first byte of a request to the last one of Moodle's answer",
                 {"function", "outcome"}, kSeconds);
  ByLabels<Histogram> batch_rows = histograms(registry, "moodle_syncd_moodle_batch_size",
                                              "Rows in a request to Moodle", {"function"}, kRows);
  StandingMetrics standing;
};

Metrics::Metrics(const std::string& version) : families_(std::make_unique<Families>()) {
  families_->standing.version = version;
}

Metrics::~Metrics() = default;

void Metrics::entered(Phase /*phase*/, const Error* /*hindrance*/) {}

void Metrics::turned(const Turn& turn) {
  Families& to = *families_;
  to.turns.Increment();
  to.drained.Increment(static_cast<double>(turn.drained));
  to.swept.Increment(static_cast<double>(turn.swept));
  to.claimed.Increment(static_cast<double>(turn.claimed));
  to.settled.Increment(static_cast<double>(turn.settled));
  to.lost.Increment(static_cast<double>(turn.lost_leases));
  to.written.Increment(static_cast<double>(turn.written_back));
  to.rows.Increment(increase(gateway_.rows, turn.gateway.rows));
  to.splits.Increment(increase(gateway_.splits, turn.gateway.splits));
  to.connections.Increment(increase(gateway_.connections, turn.gateway.connections));
  gateway_ = turn.gateway;
}

void Metrics::ended(const Ending& ending) {
  const std::string& component = ending.task.component;
  const std::string_view outcome = outcome_name(ending.outcome);
  families_->attempts.of(component, outcome).Increment();
  families_->conversation_seconds.of(component).Observe(in_seconds(ending.took));
  families_->pickup_seconds.of(component).Observe(in_seconds(ending.overdue));
  using State = Settlement::State;
  const State state = ending.settlement.state;
  if (state != State::kDone && state != State::kParked) return;
  families_->events.of(component, outcome).Increment();
  const bool agrees = state == State::kDone && !std::holds_alternative<Skipped>(ending.outcome);
  if (!agrees) return;
  families_->sync_seconds.of(component).Observe(in_seconds(ending.since_change));
}

void Metrics::called(const MoodleCall& call) {
  const std::string outcome(call.failure == nullptr ? "answered" : to_string(call.failure->kind));
  families_->request_seconds.of(call.function, outcome).Observe(in_seconds(call.took));
  families_->batch_rows.of(call.function).Observe(static_cast<double>(call.rows));
}

std::string Metrics::text(const Vitals& vitals, const QueueReading& queue, double wall) const {
  std::vector<prometheus::MetricFamily> all = families_->registry.Collect();
  std::ranges::move(families_->standing.collect(vitals, queue, wall), std::back_inserter(all));
  return prometheus::TextSerializer{}.Serialize(all);
}

}  // namespace moodlesync::ops
