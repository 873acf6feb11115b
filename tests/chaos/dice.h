#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

namespace moodlesync::chaos {

/// Random numbers that are the same for the same seed on every machine and library.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : bits_(seed) {}

  /// 0 … count-1. Requires: count > 0.
  [[nodiscard]] std::size_t below(std::size_t count) { return bits_() % count; }
  [[nodiscard]] bool percent(std::size_t chance) { return below(100) < chance; }
  [[nodiscard]] std::chrono::milliseconds up_to(std::chrono::milliseconds most) {
    return std::chrono::milliseconds(below(static_cast<std::size_t>(most.count()) + 1));
  }
  /// Requires: not empty.
  template <class T>
  [[nodiscard]] const T& one_of(const std::vector<T>& all) {
    return all[below(all.size())];
  }

 private:
  std::mt19937_64 bits_;
};

}  // namespace moodlesync::chaos
