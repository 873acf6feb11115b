#include "competition.h"

#include <algorithm>
#include <iostream>
#include <numeric>

#include "measurements.h"

namespace moodlesync::bench {

namespace {

/// Every order in which somebody else begins, and the same backwards.
std::vector<std::vector<std::size_t>> all_rounds(std::size_t ways) {
  std::vector<std::vector<std::size_t>> rounds;
  std::vector<std::size_t> order(ways);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = 0; i < ways; ++i) {
    rounds.push_back(order);
    rounds.emplace_back(order.rbegin(), order.rend());
    std::ranges::rotate(order, order.begin() + 1);
  }
  return rounds;
}

/// What is wanted of the daemon. How many times as fast as one call per entity it can be is the
/// Moodle's affair.
constexpr double kShareOfBest = 0.95;

/// What a row took in each round.
using Costs = std::vector<double>;

/// How many times as long as with `ours` a row took with `theirs`, in the round in the middle.
double times(const Costs& theirs, const Costs& ours) {
  std::vector<double> ratios;
  for (std::size_t round = 0; round < ours.size(); ++round)
    ratios.push_back(theirs[round] / ours[round]);
  return median(ratios);
}

}  // namespace

void compete(const std::string& name, const Competitors& competitors, BenchTable& table) {
  std::vector<const Way*> ways = {&competitors.one_each};
  for (const Way& way : competitors.by_hand) ways.push_back(&way);
  ways.push_back(&competitors.daemon);
  std::vector<Costs> costs(ways.size());
  for (const std::vector<std::size_t>& round : all_rounds(ways.size())) {
    std::cerr << name << ", seconds:";
    for (const std::size_t index : round) {
      const double seconds = ways[index]->go();
      costs[index].push_back(seconds / static_cast<double>(ways[index]->rows));
      std::cerr << "  " << ways[index]->what << " " << seconds << std::flush;
    }
    std::cerr << "\n";
  }
  for (std::size_t index = 0; index < ways.size(); ++index)
    table.tell("  " + ways[index]->what, 1 / median(costs[index]), "/s");
  const Costs& ours = costs.back();
  table.tell("real Moodle, " + name + ": times as fast as one call per entity",
             times(costs.front(), ours), "x");
  double share = times(costs.at(1), ours);
  for (std::size_t index = 2; index + 1 < ways.size(); ++index)
    share = std::min(share, times(costs[index], ours));
  table.at_least("real Moodle, " + name + ": share of the best client written by hand", share, "x",
                 kShareOfBest);
}

}  // namespace moodlesync::bench
