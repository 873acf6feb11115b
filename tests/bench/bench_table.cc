#include "bench_table.h"

#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

namespace moodlesync::bench {

namespace {

std::string number(double value) {
  std::ostringstream out;
  const double size = std::abs(value);
  out << std::fixed << std::setprecision(size >= 100 ? 0 : size >= 10 ? 1 : 2) << value;
  return out.str();
}

}  // namespace

void BenchTable::tell(std::string what, double value, std::string unit) {
  lines_.push_back({std::move(what), value, std::move(unit)});
}

void BenchTable::at_least(std::string what, double value, std::string unit, double goal) {
  lines_.push_back({std::move(what), value, std::move(unit), ">= " + number(goal), value >= goal});
}

void BenchTable::at_most(std::string what, double value, std::string unit, double goal) {
  lines_.push_back({std::move(what), value, std::move(unit), "<= " + number(goal), value <= goal});
}

void BenchTable::print(std::ostream& out) const {
  for (const Line& line : lines_) {
    out << std::left << std::setw(62) << line.what << std::right << std::setw(10)
        << number(line.value) << " " << std::left << std::setw(12) << line.unit;
    if (line.met) out << std::setw(12) << line.goal << (*line.met ? "met" : "MISSED");
    out << "\n";
  }
}

void BenchTable::print_json(std::ostream& out) const {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Line& line : lines_) {
    nlohmann::ordered_json one{{"what", line.what}, {"value", line.value}, {"unit", line.unit}};
    if (line.met) {
      one["goal"] = line.goal;
      one["met"] = *line.met;
    }
    all.push_back(std::move(one));
  }
  out << all.dump(2) << "\n";
}

}  // namespace moodlesync::bench
