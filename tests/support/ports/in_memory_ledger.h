#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "moodlesync/brake.h"
#include "support/ports/in_memory_queue.h"

namespace moodlesync::fakes {

/// The brake's book beside an InMemoryQueue, by whose time it goes.
class InMemoryLedger : public RemovalLedger {
 public:
  using Millis = std::chrono::milliseconds;

  /// `sources`: for SourceSpec::counted_keys.
  explicit InMemoryLedger(InMemoryQueue& queue, std::vector<SourceSpec> sources = {});
  ~InMemoryLedger() override;
  InMemoryLedger(const InMemoryLedger&) = delete;
  InMemoryLedger& operator=(const InMemoryLedger&) = delete;

  /// The next call of weigh fails with this and does nothing.
  void fail_weigh(Error error) { errors_.push_back(std::move(error)); }
  [[nodiscard]] int weighings() const { return weighings_; }

  Result<Weighing> weigh(std::span<const Removal> removals, std::chrono::seconds window,
                         const BrakeRule& rule) override;
  Result<std::vector<HeldRemovals>> held() override;
  Result<std::size_t> allow(std::string_view component, std::chrono::seconds validity) override;
  Result<DroppedRemovals> drop(std::string_view component) override;

 private:
  enum class State { kPassed, kHeld, kAllowed };
  struct Entry {
    std::string verb;
    State state = State::kPassed;
    Millis at{0};
    Millis expires{0};
  };
  using Key = std::pair<TaskKey, std::string>;

  void release(const TaskKey& key);
  void purge(std::chrono::seconds window);
  [[nodiscard]] BrakeReading reading(const std::string& component) const;
  [[nodiscard]] std::int64_t linked(const std::string& component) const;

  InMemoryQueue& queue_;
  std::vector<SourceSpec> sources_;
  std::map<Key, Entry> entries_;
  std::map<std::string, Weighing::Trip> trips_;
  std::map<std::string, Millis> tripped_at_;
  std::vector<Error> errors_;
  int weighings_ = 0;
};

}  // namespace moodlesync::fakes
