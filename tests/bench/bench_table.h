#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace moodlesync::bench {

/// What the benchmark measured, for people and for machines.
class BenchTable {
 public:
  struct Line {
    std::string what;
    double value = 0;
    std::string unit;
    /// What we want of it, e.g. ">= 6"; empty: it only tells.
    std::string goal = {};
    std::optional<bool> met = std::nullopt;
  };

  void tell(std::string what, double value, std::string unit);
  void at_least(std::string what, double value, std::string unit, double goal);
  void at_most(std::string what, double value, std::string unit, double goal);

  void print(std::ostream& out) const;
  void print_json(std::ostream& out) const;

 private:
  std::vector<Line> lines_;
};

}  // namespace moodlesync::bench
