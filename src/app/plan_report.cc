#include "app/plan_report.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/progress.h"
#include "engine/brake.h"

namespace moodlesync::app {

namespace {

using engine::PlanItem;
using engine::PlannedField;
using Json = nlohmann::ordered_json;
using Action = PlanItem::Action;

/// A value in one line, not too long to be read.
std::string shown(const std::optional<std::string>& value, const PlanReport::Naming& naming) {
  if (!value) return "-";
  std::string text = naming(*value);
  if (text != *value) return text;
  constexpr std::size_t kLongest = 60;
  std::size_t length = std::min(text.size(), kLongest);
  const auto is_inside_character = [&text](std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  while (length > 0 && is_inside_character(length)) --length;
  std::string line = text.substr(0, length);
  const bool is_cut = line.size() < text.size();
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return "\"" + line + (is_cut ? "\" …" : "\"");
}

void print_field(const PlannedField& field, bool is_new, const PlanReport::Naming& naming,
                 std::ostream& out) {
  out << "    " << naming(field.name) << ": ";
  if (!is_new) out << shown(field.from, naming) << " -> ";
  out << shown(field.to, naming) << "\n";
}

/// What would be taken away, by verb.
std::map<std::string, int> removals_of(const PlanItem& item) {
  std::map<std::string, int> verbs;
  for (const auto& call : item.calls) {
    if (!call.removal.empty()) ++verbs[call.removal];
  }
  return verbs;
}

std::string removal_text(const PlanItem& item) {
  std::string text;
  for (const auto& [verb, number] : removals_of(item)) {
    text += (text.empty() ? "" : ", ") + verb + (number > 1 ? " x " + std::to_string(number) : "");
  }
  return text;
}

void print_item(const PlanItem& item, const PlanReport::Naming& naming, std::ostream& out) {
  out << to_string(item.key);
  if (item.moodle_id && item.moodle_id->value > 0) out << " (" << to_string(*item.moodle_id) << ")";
  out << "  " << to_string(item.action);
  const std::string taken_away = removal_text(item);
  if (!taken_away.empty()) out << "; takes away: " << taken_away;
  if (!item.code.empty()) out << " [" << item.code << "] " << item.message;
  out << "\n";
  for (const PlannedField& field : item.fields) {
    print_field(field, item.action == Action::kCreate, naming, out);
  }
}

Json optional_json(const std::optional<std::string>& value, const PlanReport::Naming& naming) {
  return value ? Json(naming(*value)) : Json();
}

Json to_json(const PlanItem& item, const PlanReport::Naming& naming) {
  Json fields = Json::array();
  for (const PlannedField& field : item.fields) {
    fields.push_back({{"name", naming(field.name)},
                      {"from", optional_json(field.from, naming)},
                      {"to", optional_json(field.to, naming)}});
  }
  Json functions = Json::object();
  for (const auto& call : item.calls) {
    functions[call.function] = functions.value(call.function, 0) + 1;
  }
  Json removals = Json::object();
  for (const auto& [verb, number] : removals_of(item)) removals[verb] = number;
  const bool has_id = item.moodle_id && item.moodle_id->value > 0;
  return {{"component", item.key.component},
          {"source", item.key.source},
          {"entity", to_string(item.key.entity)},
          {"moodle_id", has_id ? Json(item.moodle_id->value) : Json()},
          {"action", to_string(item.action)},
          {"would_change", item.would_change()},
          {"code", item.code},
          {"message", item.message},
          {"fields", std::move(fields)},
          {"calls", std::move(functions)},
          {"removals", std::move(removals)}};
}

constexpr std::array kActions{Action::kCreate, Action::kUpdate, Action::kRemove,
                              Action::kForget, Action::kWait,   Action::kSkip,
                              Action::kPark,   Action::kRetry,  Action::kNothing};

}  // namespace

void PlanReport::add(PlanItem item) {
  Total& total = totals_[item.key.component];
  ++total.by_action[item.action];
  for (const auto& [verb, number] : removals_of(item)) total.removals += number;
  would_change_ |= item.would_change();
  const bool is_quiet =
      !item.would_change() && (item.action == Action::kNothing || item.action == Action::kForget);
  if (is_quiet) return;
  item.held = {};
  item.stored.reset();
  items_.push_back(std::move(item));
}

std::int64_t PlanReport::count(Action action) const {
  std::int64_t sum = 0;
  for (const auto& [component, total] : totals_) {
    const auto found = total.by_action.find(action);
    if (found != total.by_action.end()) sum += found->second;
  }
  return sum;
}

void PlanReport::print_text(const Naming& naming, const engine::BrakeSettings& brake,
                            std::ostream& out) const {
  for (const PlanItem& item : items_) print_item(item, naming, out);
  if (!items_.empty()) out << "\n";
  std::string line;
  for (const Action action : kActions) {
    const std::int64_t number = count(action);
    if (number == 0) continue;
    line += (line.empty() ? "" : ", ") + std::string(to_string(action)) + " " + grouped(number);
  }
  out << (line.empty() ? "Nothing is queued" : "In all: " + line) << "\n";
  for (const auto& [component, total] : totals_) {
    const std::int64_t limit = engine::removal_limit(brake, component, 0);
    if (total.removals <= limit) continue;
    out << "Of " << component << " " << grouped(total.removals)
        << " things would be taken away in Moodle. More than brake.removals (" << limit
        << "): unless brake.percent allows for so many, the brake will hold them\n";
  }
}

void PlanReport::print_json(const Naming& naming, std::ostream& out) const {
  Json totals = Json::object();
  for (const auto& [component, total] : totals_) {
    Json& of_component = totals[component];
    for (const Action action : kActions) {
      const auto found = total.by_action.find(action);
      const std::int64_t number = found == total.by_action.end() ? 0 : found->second;
      of_component[std::string(to_string(action))] = number;
    }
    of_component["removals"] = total.removals;
  }
  Json items = Json::array();
  for (const PlanItem& item : items_) items.push_back(to_json(item, naming));
  const Json object{{"would_change", would_change_},
                    {"totals", std::move(totals)},
                    {"entities", std::move(items)}};
  out << object.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

}  // namespace moodlesync::app
