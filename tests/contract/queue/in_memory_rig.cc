#include "contract/queue/queue_rig.h"
#include "support/ports/in_memory_queue.h"

namespace moodlesync::contract {

namespace {

class InMemoryRig : public QueueRig {
 public:
  InMemoryRig() : queue_(two_sources()) {}
  Queue& queue() override { return queue_; }
  Queue& other_instance() override { return queue_; }
  void capture(const EntityRef& entity, const std::string& bundle) override {
    queue_.capture(entity, bundle);
  }

 private:
  fakes::InMemoryQueue queue_;
};

}  // namespace

QueueRigKind in_memory_rig() {
  return {"InMemory", [] { return std::make_unique<InMemoryRig>(); }};
}

}  // namespace moodlesync::contract
