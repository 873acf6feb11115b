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

  /// Waits so long on one of `cores` that others use too (0: as many as there are), or until
  /// raised.
  void work_for(std::chrono::microseconds time, std::size_t cores) {
    if (time.count() <= 0) return;
    std::unique_lock lock(mutex_);
    condition_.wait(lock, [&] { return raised_ || cores == 0 || busy_ < cores; });
    ++busy_;
    sleep(lock, time);
    --busy_;
    condition_.notify_all();
  }

  /// Waits so long, or until raised.
  void sleep_for(std::chrono::microseconds time) {
    if (time.count() <= 0) return;
    std::unique_lock lock(mutex_);
    sleep(lock, time);
  }

 private:
  void sleep(std::unique_lock<std::mutex>& lock, std::chrono::microseconds time) {
    condition_.wait_for(lock, time, [this] { return raised_; });
  }

  std::mutex mutex_;
  std::condition_variable condition_;
  bool raised_ = false;
  std::size_t busy_ = 0;
};

}  // namespace moodlesync::sim
