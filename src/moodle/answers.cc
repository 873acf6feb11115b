#include "moodle/answers.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "moodle/errorcodes.h"
#include "moodle/redact.h"

namespace moodlesync::moodle {

namespace {

using Rows = std::span<const Params* const>;
using Results = std::vector<Result<Json>>;

Results for_all(Rows rows, const Result<Json>& result) { return Results(rows.size(), result); }

Results misfit(const Function& function, Rows rows, std::string_view what) {
  const bool is_read = function.effect == Function::Effect::kRead;
  return for_all(rows,
                 Error{is_read ? ErrorKind::kTransient : ErrorKind::kInDoubt, "unexpected_answer",
                       std::string(function.name) + ": " + std::string(what)});
}

/// A number or a text of Moodle's as the text that a form variable would hold.
std::string scalar_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string_view value_of(const Function& function, const Params& row) {
  const bool is_value =
      function.shape == Function::Shape::kValues || function.shape == Function::Shape::kJoined;
  if (is_value && row.size() > 0) return row.items()[0].second;
  return row.get(function.match);
}

Results deal_in_order(const Function& function, Rows rows, Json answer) {
  if (!answer.is_array()) return misfit(function, rows, "the answer is not a list");
  if (answer.size() != rows.size()) {
    return misfit(function, rows,
                  std::to_string(rows.size()) + " rows were sent, " +
                      std::to_string(answer.size()) +
                      " answered; is moodle.max_input_vars higher than PHP's?");
  }
  Results results;
  results.reserve(rows.size());
  for (Json& element : answer) results.emplace_back(std::move(element));
  return results;
}

Results deal_matching(const Function& function, Rows rows, Json answer) {
  if (!function.within.empty()) {
    const auto inside = answer.is_object() ? answer.find(function.within) : answer.end();
    if (inside == answer.end()) return misfit(function, rows, "the answer has no list");
    Json list = std::move(*inside);
    answer = std::move(list);
  }
  if (!answer.is_array()) return misfit(function, rows, "the answer is not a list");
  std::unordered_map<std::string, Json*> by_value;
  for (Json& element : answer) {
    if (!element.is_object()) return misfit(function, rows, "the answer is not a list of objects");
    const auto field = element.find(function.match);
    if (field != element.end()) by_value.try_emplace(scalar_text(*field), &element);
  }
  Results results;
  results.reserve(rows.size());
  for (const Params* row : rows) {
    const auto found =
        row == nullptr ? by_value.end() : by_value.find(std::string(value_of(function, *row)));
    // Copied, not moved: two conversations may ask for the same thing.
    results.emplace_back(found == by_value.end() ? Json(nullptr) : *found->second);
  }
  return results;
}

struct Warning {
  std::optional<std::string> item_id;
  Error error;
};

ErrorKind kind_of(std::string_view code) {
  switch (meaning_of(code).kind) {
    case CodeClass::kAccount:
      return ErrorKind::kConfig;
    case CodeClass::kAway:
      return ErrorKind::kUnavailable;
    default:
      return ErrorKind::kRejected;
  }
}

Warning read_warning(const Function& function, const Json& element) {
  Warning warning;
  const auto id = element.find("itemid");
  if (id != element.end()) warning.item_id = scalar_text(*id);
  const auto code = element.find("warningcode");
  const auto message = element.find("message");
  warning.error.code =
      code == element.end() ? "warning" : std::string(canonical_code(scalar_text(*code)));
  warning.error.kind = kind_of(warning.error.code);
  warning.error.message = std::string(function.name) + ": " +
                          (message == element.end() ? "" : redact(scalar_text(*message))) + " [" +
                          warning.error.code + "]";
  return warning;
}

bool is_done(const Function& function, const Warning& warning) {
  return !function.done_code.empty() && warning.error.code == function.done_code;
}

bool is_for_row(const Function& function, const Warning& warning, const Params* row) {
  return row != nullptr && warning.item_id && value_of(function, *row) == *warning.item_id;
}

void apply_warning(const Function& function, const Warning& warning, Rows rows, Results& results) {
  bool is_placed = false;
  bool has_withdrawn = false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    has_withdrawn = has_withdrawn || rows[i] == nullptr;
    if (!is_for_row(function, warning, rows[i])) continue;
    is_placed = true;
    if (results[i]) results[i] = warning.error;
  }
  // A named row that we cannot find may be one that was withdrawn.
  if (is_placed || (warning.item_id && has_withdrawn)) return;
  for (Result<Json>& result : results) {
    if (result) result = warning.error;
  }
}

Results deal_warnings(const Function& function, Rows rows, const Json& answer) {
  const auto warnings = answer.is_object() ? answer.find("warnings") : answer.end();
  if (warnings == answer.end() || !warnings->is_array()) {
    return misfit(function, rows, "the answer has no list of warnings");
  }
  Results results = for_all(rows, Json(nullptr));
  for (const Json& element : *warnings) {
    if (!element.is_object()) return misfit(function, rows, "a warning is not an object");
    const Warning warning = read_warning(function, element);
    if (!is_done(function, warning)) apply_warning(function, warning, rows, results);
  }
  return results;
}

}  // namespace

bool has_stray_warning(const Function& function, const Json& answer) {
  const auto warnings = answer.is_object() ? answer.find("warnings") : answer.end();
  if (warnings == answer.end() || !warnings->is_array()) return false;
  return std::ranges::any_of(*warnings, [&function](const Json& element) {
    if (!element.is_object()) return false;
    const Warning warning = read_warning(function, element);
    return !warning.item_id && warning.error.kind == ErrorKind::kRejected &&
           !is_done(function, warning);
  });
}

std::vector<Result<Json>> deal_out(const Function& function, std::span<const Params* const> rows,
                                   Json answer) {
  switch (function.answer) {
    case Function::Answer::kInOrder:
      return deal_in_order(function, rows, std::move(answer));
    case Function::Answer::kMatch:
      return deal_matching(function, rows, std::move(answer));
    case Function::Answer::kWarnings:
      return deal_warnings(function, rows, answer);
    case Function::Answer::kNothing:
      return for_all(rows, Json(nullptr));
    case Function::Answer::kWhole:
      break;
  }
  if (rows.size() != 1) return for_all(rows, answer);
  Results results;
  results.emplace_back(std::move(answer));
  return results;
}

}  // namespace moodlesync::moodle
