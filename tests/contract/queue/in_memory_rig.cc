#include "contract/queue/queue_rig.h"
#include "support/ports/in_memory_ledger.h"
#include "support/ports/in_memory_parking.h"
#include "support/ports/in_memory_pauses.h"
#include "support/ports/in_memory_queue.h"

namespace moodlesync::contract {

namespace {

class InMemoryRig : public QueueRig {
 public:
  InMemoryRig() : queue_(two_sources()) {}
  Queue& queue() override { return queue_; }
  Queue& other_instance() override { return queue_; }
  Parking& parking() override { return parking_; }
  RemovalLedger& removals() override { return removals_; }
  RemovalLedger& other_removals() override { return removals_; }
  Pauses& pauses() override { return pauses_; }
  void let_pass(std::chrono::seconds time) override { queue_.advance(time); }
  void capture(const EntityRef& entity, const std::string& bundle) override {
    queue_.capture(entity, bundle);
  }

 private:
  fakes::InMemoryQueue queue_;
  fakes::InMemoryParking parking_{queue_};
  fakes::InMemoryPauses pauses_{queue_};
  fakes::InMemoryLedger removals_{queue_, two_sources()};
};

}  // namespace

QueueRigKind in_memory_rig() {
  return {"InMemory", [] { return std::make_unique<InMemoryRig>(); }};
}

}  // namespace moodlesync::contract
