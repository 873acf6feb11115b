#pragma once

#include <vector>

#include "moodlesync/survey.h"
#include "support/ports/in_memory_queue.h"

namespace moodlesync::fakes {

/// The survey over an InMemoryQueue: its entities are those that a test adds, and what has a link.
/// A bookmark counts them.
class InMemorySurvey : public Survey {
 public:
  explicit InMemorySurvey(InMemoryQueue& queue) : queue_(queue) {}
  void add_entity(const TaskKey& key) { entities_.push_back(key); }
  /// Where the next open() finds that an earlier run stopped.
  void stopped_at(ResyncProgress progress) { stopped_ = std::move(progress); }
  /// The call of queue() that fails, counted from 1.
  void fail_at(int call, Error error) { failures_.emplace(call, std::move(error)); }
  [[nodiscard]] const std::vector<Correction>& corrections() const { return corrections_; }
  [[nodiscard]] bool resent() const { return resent_; }

  Result<std::int64_t> count(const Selection& selection) override;
  Result<SurveyPage> entities(const Selection& selection, const Bookmark& from, int limit) override;
  Result<OwedPage> owed(const Selection& selection, const Bookmark& from, int limit) override;
  Result<ResyncProgress> open(const ResyncWish& wish, bool anew) override;
  Result<ResyncProgress> queue(const ResyncWish& wish, const ResyncProgress& progress,
                               int limit) override;
  Result<std::size_t> correct(std::span<const Correction> corrections) override;

 private:
  [[nodiscard]] std::vector<TaskKey> chosen(const Selection& selection) const;
  [[nodiscard]] Task task_of(const TaskKey& key) const;

  InMemoryQueue& queue_;
  std::vector<TaskKey> entities_;
  std::optional<ResyncProgress> stopped_;
  std::map<int, Error> failures_;
  std::vector<Correction> corrections_;
  int calls_ = 0;
  bool resent_ = false;
};

}  // namespace moodlesync::fakes
