#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace moodlesync::sim {

/// Wakes everything that waits inside the simulator when it is destroyed.
class StopSignal {
 public:
  void raise() {
    {
      const std::lock_guard lock(mutex_);
      raised_ = true;
    }
    condition_.notify_all();
  }

  /// Waits so long, or until raised.
  void sleep_for(std::chrono::microseconds time) {
    if (time.count() <= 0) return;
    std::unique_lock lock(mutex_);
    condition_.wait_for(lock, time, [this] { return raised_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool raised_ = false;
};

}  // namespace moodlesync::sim
