#include "app/drift.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/progress.h"
#include "base/first_few.h"

namespace moodlesync::app {

namespace {

using engine::PlanItem;
using Json = nlohmann::ordered_json;

constexpr std::string_view kUnknownId = "unknown_id";

Json optional_json(const std::optional<std::string>& value) {
  return value ? Json(*value) : Json();
}

Json to_json(const Drift& drift) {
  return {{"kind", to_string(drift.kind)},
          {"component", drift.key.component},
          {"source", drift.key.source},
          {"entity", to_string(drift.key.entity)},
          {"moodle_id", drift.moodle_id ? Json(drift.moodle_id->value) : Json()},
          {"field", drift.field},
          {"moodle", optional_json(drift.moodle)},
          {"drupal", optional_json(drift.drupal)},
          {"reason", drift.reason}};
}

/// A field of CSV as RFC 4180 has it. One that a spreadsheet would take for a formula is led in by
/// an apostrophe.
std::string csv(std::string text) {
  constexpr std::string_view kFormula = "=+-@\t\r";
  if (!text.empty() && kFormula.find(text.front()) != std::string_view::npos) text.insert(0, "'");
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

/// The first few names.
std::string names(const std::vector<engine::PlannedField>& fields) {
  constexpr std::size_t kNamed = 3;
  std::vector<std::string> all;
  all.reserve(fields.size());
  for (const engine::PlannedField& field : fields) all.push_back(field.name);
  return base::first_few(all, kNamed);
}

/// Whether nothing at all is known of what Moodle holds, as of those whose course is still to be
/// made.
bool is_untold(const PlanItem& item) {
  return !item.stored && !item.fields.empty() &&
         std::ranges::none_of(item.fields,
                              [](const auto& field) { return field.from.has_value(); });
}

/// By what they are about: conversations come to their ends in whatever order.
std::vector<std::reference_wrapper<const Drift>> in_order(const std::vector<Drift>& drifts) {
  std::vector<std::reference_wrapper<const Drift>> sorted(drifts.begin(), drifts.end());
  std::ranges::stable_sort(sorted, {},
                           [](const Drift& drift) -> const TaskKey& { return drift.key; });
  return sorted;
}

}  // namespace

std::string_view to_string(Drift::Kind kind) {
  switch (kind) {
    case Drift::Kind::kMissing:
      return "missing";
    case Drift::Kind::kDifferent:
      return "different";
    case Drift::Kind::kLeftOver:
      return "left over";
    case Drift::Kind::kOrphaned:
      return "orphaned";
    case Drift::Kind::kDuplicate:
      return "duplicate";
    case Drift::Kind::kUnclear:
      break;
  }
  return "unclear";
}

void DriftReport::add_one(const PlanItem& item, Drift::Kind kind, std::string reason) {
  Drift drift;
  drift.kind = kind;
  drift.key = item.key;
  if (item.moodle_id && item.moodle_id->value > 0) drift.moodle_id = item.moodle_id;
  drift.reason = std::move(reason);
  drifts_.push_back(std::move(drift));
}

void DriftReport::add(const PlanItem& item) {
  ++compared_;
  using Action = PlanItem::Action;
  switch (item.action) {
    case Action::kNothing:
    case Action::kForget:
      return;
    case Action::kCreate:
      to_queue_.push_back(item.key);
      return add_one(item, Drift::Kind::kMissing, "it was not made yet");
    case Action::kSkip:
      if (item.code == kUnknownId) add_one(item, Drift::Kind::kMissing, item.message);
      return;
    case Action::kRemove:
      to_queue_.push_back(item.key);
      return add_one(item, Drift::Kind::kLeftOver, "the entity is gone from Drupal");
    case Action::kWait:
    case Action::kPark:
    case Action::kRetry:
      return add_one(item, Drift::Kind::kUnclear, item.message);
    case Action::kUpdate:
      break;
  }
  if (is_untold(item)) {
    to_queue_.push_back(item.key);
    return add_one(item, Drift::Kind::kMissing, "Moodle was not told yet: " + names(item.fields));
  }
  for (const engine::PlannedField& field : item.fields) {
    add_one(item, Drift::Kind::kDifferent, {});
    drifts_.back().field = field.name;
    drifts_.back().moodle = field.from;
    drifts_.back().drupal = field.to;
  }
  if (item.stored) {
    corrections_.push_back({item.key, *item.stored, item.held});
  } else {
    to_queue_.push_back(item.key);
  }
}

void DriftReport::print_text(std::ostream& out) const {
  for (const Drift& drift : in_order(drifts_)) {
    out << to_string(drift.kind) << "  " << to_string(drift.key);
    if (drift.moodle_id) out << " (" << to_string(*drift.moodle_id) << ")";
    if (!drift.field.empty()) {
      out << "  " << drift.field << ": Moodle has "
          << (drift.moodle ? "\"" + *drift.moodle + "\"" : "something unknown") << ", Drupal "
          << (drift.drupal ? "\"" + *drift.drupal + "\"" : "nothing");
    }
    if (!drift.reason.empty()) out << "  " << drift.reason;
    out << "\n";
  }
  std::string verdict = "all as Drupal says";
  if (!drifts_.empty()) {
    verdict = grouped(static_cast<std::int64_t>(drifts_.size()));
    verdict += drifts_.size() == 1 ? " difference" : " differences";
  }
  out << "Compared: " << grouped(compared_) << "; " << verdict << "\n";
}

void DriftReport::print_csv(std::ostream& out) const {
  out << "kind,component,source,entity,moodle_id,field,moodle,drupal,reason\r\n";
  for (const Drift& drift : in_order(drifts_)) {
    out << csv(std::string(to_string(drift.kind))) << "," << csv(drift.key.component) << ","
        << csv(drift.key.source) << "," << csv(to_string(drift.key.entity)) << ","
        << (drift.moodle_id ? std::to_string(drift.moodle_id->value) : "") << ","
        << csv(drift.field) << "," << csv(drift.moodle.value_or("")) << ","
        << csv(drift.drupal.value_or("")) << "," << csv(drift.reason) << "\r\n";
  }
}

void DriftReport::print_json(std::optional<std::size_t> queued, std::ostream& out) const {
  Json list = Json::array();
  for (const Drift& drift : in_order(drifts_)) list.push_back(to_json(drift));
  Json object{{"compared", compared_}, {"differs", !drifts_.empty()}};
  if (queued) object["queued"] = *queued;
  object["drift"] = std::move(list);
  out << object.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

}  // namespace moodlesync::app
