#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/brake_settings.h"
#include "engine/plan.h"

namespace moodlesync::app {

/// Gathers what a plan comes to, and prints it for people or as JSON. Of entities about which there
/// is nothing to say only the number is kept.
class PlanReport {
 public:
  /// What stands for a planned Moodle id in a text: "new (node:12)".
  using Naming = std::function<std::string(std::string_view text)>;

  void add(engine::PlanItem item);
  [[nodiscard]] bool would_change() const { return would_change_; }
  void print_text(const Naming& naming, const engine::BrakeSettings& brake,
                  std::ostream& out) const;
  void print_json(const Naming& naming, std::ostream& out) const;

 private:
  using Action = engine::PlanItem::Action;
  struct Total {
    std::map<Action, std::int64_t> by_action;
    std::int64_t removals = 0;
  };
  [[nodiscard]] std::int64_t count(Action action) const;

  std::vector<engine::PlanItem> items_;
  std::map<std::string, Total> totals_;  ///< By component.
  bool would_change_ = false;
};

}  // namespace moodlesync::app
