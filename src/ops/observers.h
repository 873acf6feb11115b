#pragma once

#include <utility>
#include <vector>

#include "moodlesync/observer.h"

namespace moodlesync::ops {

/// Passes everything on to several observers, in order.
///
/// Lifetime: borrows them. Threads: as Observer.
class Observers : public Observer {
 public:
  explicit Observers(std::vector<Observer*> observers) : observers_(std::move(observers)) {}

  void add(Observer* observer) { observers_.push_back(observer); }

  void entered(Phase phase, const Error* hindrance) override;
  void turned(const Turn& turn) override;
  void ended(const Ending& ending) override;
  void called(const MoodleCall& call) override;

 private:
  std::vector<Observer*> observers_;
};

}  // namespace moodlesync::ops
