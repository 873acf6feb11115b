#include "support/ports/in_memory_ledger.h"

#include <set>

namespace moodlesync::fakes {

namespace {

bool is_of(std::string_view component, const TaskKey& key) {
  return component.empty() || component == key.component;
}

}  // namespace

InMemoryLedger::InMemoryLedger(InMemoryQueue& queue, std::vector<SourceSpec> sources)
    : queue_(queue), sources_(std::move(sources)) {
  queue_.on_forget = [this](const TaskKey& key) { release(key); };
}

InMemoryLedger::~InMemoryLedger() {
  queue_.on_forget = [](const TaskKey&) {};
}

void InMemoryLedger::release(const TaskKey& key) {
  std::erase_if(entries_, [&key](const auto& one) {
    return one.first.first == key && one.second.state == State::kHeld;
  });
}

void InMemoryLedger::purge(std::chrono::seconds window) {
  std::erase_if(entries_, [&](const auto& one) {
    const auto& [key, entry] = one;
    switch (entry.state) {
      case State::kPassed:
        return entry.at + window <= queue_.now();
      case State::kAllowed:
        return entry.expires <= queue_.now();
      case State::kHeld:
        break;
    }
    return !queue_.rows().contains(key.first);
  });
}

std::int64_t InMemoryLedger::linked(const std::string& component) const {
  std::int64_t count = 0;
  for (const auto& [key, link] : queue_.all_links()) {
    if (key.component != component) continue;
    std::string prefix;
    for (const SourceSpec& source : sources_) {
      if (source.component == component && source.name == key.source) prefix = source.counted_keys;
    }
    if (prefix.empty()) count += link.moodle_id ? 1 : 0;
    for (const auto& [field, value] : link.sent) {
      if (!prefix.empty() && field.starts_with(prefix)) ++count;
    }
  }
  return count;
}

BrakeReading InMemoryLedger::reading(const std::string& component) const {
  BrakeReading reading;
  for (const auto& [key, entry] : entries_) {
    if (key.first.component != component) continue;
    reading.passed += entry.state == State::kPassed ? 1 : 0;
    reading.holding |= entry.state == State::kHeld;
  }
  reading.linked = linked(component);
  return reading;
}

Result<Weighing> InMemoryLedger::weigh(std::span<const Removal> removals,
                                       std::chrono::seconds window, const BrakeRule& rule) {
  ++weighings_;
  if (!errors_.empty()) {
    Error error = errors_.front();
    errors_.erase(errors_.begin());
    return error;
  }
  purge(window);
  std::map<std::string, std::set<Key>> wanted;
  for (const Removal& removal : removals) {
    const Key key{removal.task, removal.identity};
    const auto known = entries_.find(key);
    const bool is_free = known != entries_.end() && known->second.state != State::kHeld;
    if (is_free && known->second.state == State::kAllowed) {
      known->second.expires =
          std::min<Millis>(known->second.expires, queue_.now() + std::chrono::hours{1});
    }
    if (!is_free) wanted[removal.task.component].insert(key);
  }
  Weighing weighing;
  std::set<std::string> refused;
  for (const auto& [component, keys] : wanted) {
    BrakeReading now = reading(component);
    now.wanted = static_cast<std::int64_t>(keys.size());
    if (rule(component, now)) continue;
    refused.insert(component);
    if (now.holding) continue;
    weighing.trips.push_back({component, now});
    trips_[component] = weighing.trips.back();
    tripped_at_[component] = queue_.now();
  }
  for (const Removal& removal : removals) {
    const std::string& component = removal.task.component;
    const Key key{removal.task, removal.identity};
    const bool is_wanted = wanted.contains(component) && wanted[component].contains(key);
    const bool held = is_wanted && refused.contains(component);
    weighing.held.push_back(held);
    if (!is_wanted) continue;
    entries_[key] = {removal.verb, held ? State::kHeld : State::kPassed, queue_.now(), {}};
  }
  return weighing;
}

Result<std::vector<HeldRemovals>> InMemoryLedger::held() {
  std::map<std::string, HeldRemovals> found;
  std::map<std::string, std::set<TaskKey>> tasks;
  for (const auto& [key, entry] : entries_) {
    if (entry.state != State::kHeld || !queue_.rows().contains(key.first)) continue;
    const std::string& component = key.first.component;
    HeldRemovals& held = found[component];
    held.component = component;
    ++held.removals;
    ++held.by_verb[entry.verb];
    tasks[component].insert(key.first);
  }
  std::vector<HeldRemovals> all;
  for (auto& [component, held] : found) {
    held.entities = static_cast<std::int64_t>(tasks[component].size());
    for (const TaskKey& key : tasks[component]) {
      if (held.examples.size() < HeldRemovals::kMostExamples) held.examples.push_back(key);
    }
    held.tripped = trips_[component].reading;
    held.tripped.holding = true;
    held.since =
        std::chrono::duration_cast<std::chrono::seconds>(queue_.now() - tripped_at_[component]);
    all.push_back(std::move(held));
  }
  return all;
}

Result<std::size_t> InMemoryLedger::allow(std::string_view component,
                                          std::chrono::seconds validity) {
  std::size_t count = 0;
  for (auto& [key, entry] : entries_) {
    if (entry.state != State::kHeld || !is_of(component, key.first)) continue;
    ++count;
    entry.state = State::kAllowed;
    entry.expires = queue_.now() + validity;
    queue_.make_due(key.first);
  }
  return count;
}

Result<DroppedRemovals> InMemoryLedger::drop(std::string_view component) {
  std::set<TaskKey> parked;
  std::set<TaskKey> left;
  for (const auto& [key, entry] : entries_) {
    const auto row = queue_.rows().find(key.first);
    if (entry.state != State::kHeld || !is_of(component, key.first)) continue;
    if (row == queue_.rows().end()) continue;
    (row->second.state == "parked" ? parked : left).insert(key.first);
  }
  for (const TaskKey& key : parked) queue_.forget_task(key);
  return DroppedRemovals{parked.size(), left.size()};
}

}  // namespace moodlesync::fakes
