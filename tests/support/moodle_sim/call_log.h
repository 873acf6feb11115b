#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "support/moodle_sim/moodle_sim.h"

namespace moodlesync::sim {

/// What was asked of the simulator. Threads: any.
class CallLog {
 public:
  explicit CallLog(std::size_t kept) : kept_(kept) {}

  /// Returns the call's number, for mark_done().
  std::size_t add(Call call);
  void mark_done(std::size_t number);
  void clear();
  void observe(std::function<void(const Call&)> observer);

  [[nodiscard]] std::vector<Call> calls(const std::string& function) const;
  [[nodiscard]] int count(const std::string& function) const;
  [[nodiscard]] std::size_t rows(const std::string& function) const;

 private:
  struct Sum {
    int calls = 0;
    std::size_t rows = 0;
  };

  const std::size_t kept_;
  mutable std::mutex mutex_;
  std::function<void(const Call&)> observer_;
  std::size_t first_ = 0;  ///< Number of the oldest kept call.
  std::deque<Call> calls_;
  std::map<std::string, Sum> sums_;
};

}  // namespace moodlesync::sim
