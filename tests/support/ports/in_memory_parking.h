#pragma once

#include "moodlesync/parking.h"
#include "support/ports/in_memory_queue.h"

namespace moodlesync::fakes {

/// The operator's hand on the parked tasks of an InMemoryQueue.
class InMemoryParking : public Parking {
 public:
  explicit InMemoryParking(InMemoryQueue& queue) : queue_(queue) {}

  Result<ParkedList> list(const ParkedFilter& filter, int limit) override;
  Result<std::size_t> retry(const ParkedFilter& filter) override;
  Result<std::size_t> drop(const ParkedFilter& filter) override;

 private:
  [[nodiscard]] std::vector<TaskKey> chosen(const ParkedFilter& filter) const;
  InMemoryQueue& queue_;
};

}  // namespace moodlesync::fakes
