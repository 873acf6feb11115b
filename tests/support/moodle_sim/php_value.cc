#include "support/moodle_sim/php_value.h"

#include <charconv>
#include <utility>

namespace moodlesync::sim {

namespace {

const std::string kNoText;
const std::vector<PhpValue> kNoItems;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void url_decode(std::string_view in, std::string& out) {
  out.clear();
  out.reserve(in.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i] == '+') {
      out.push_back(' ');
      continue;
    }
    if (in[i] == '%' && i + 2 < in.size()) {
      const int high = hex_digit(in[i + 1]);
      const int low = hex_digit(in[i + 2]);
      if (high >= 0 && low >= 0) {
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
        continue;
      }
    }
    out.push_back(in[i]);
  }
}

/// Calls `visit(name, value)` (both still encoded) for each variable until it says stop.
template <typename Visit>
void each_variable(std::string_view form, Visit visit) {
  while (!form.empty()) {
    const std::size_t end = form.find('&');
    const std::string_view pair = form.substr(0, end);
    form = end == std::string_view::npos ? std::string_view() : form.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    if (!visit(pair.substr(0, equals), value)) return;
  }
}

/// Writes `value` where PHP would put the variable `name` (php_variables.c,
/// php_register_variable_ex).
void assign(PhpValue& root, std::string name, std::string value) {
  const std::size_t start = name.find_first_not_of(' ');
  if (start == std::string::npos) return;
  name.erase(0, start);
  const std::size_t bracket = name.find('[');
  std::string base = name.substr(0, bracket);
  for (char& c : base) {
    if (c == ' ' || c == '.') c = '_';
  }
  if (base.empty()) return;
  PhpValue* place = &root.at(base);
  std::size_t at = bracket;
  while (at != std::string::npos && at < name.size() && name[at] == '[') {
    const std::size_t close = name.find(']', at);
    if (close == std::string::npos) break;
    const std::string_view key = std::string_view(name).substr(at + 1, close - at - 1);
    place = key.empty() ? &place->append() : &place->at(key);
    at = close + 1;
  }
  *place = PhpValue::of(std::move(value));
}

}  // namespace

PhpValue PhpValue::of(std::string text) {
  PhpValue value;
  value.text_ = std::move(text);
  return value;
}

PhpValue PhpValue::array() {
  PhpValue value;
  value.array_ = true;
  return value;
}

Id PhpValue::as_number() const { return loose_number(text_); }

const PhpValue* PhpValue::find(std::string_view key) const {
  // The last element first: forms are written row by row, so it is nearly always the one.
  if (!keys_.empty() && keys_.back() == key) return &values_.back();
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i] == key) return &values_[i];
  }
  return nullptr;
}

PhpValue* PhpValue::find(std::string_view key) {
  if (!keys_.empty() && keys_.back() == key) return &values_.back();
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i] == key) return &values_[i];
  }
  return nullptr;
}

const std::string& PhpValue::text(std::string_view key) const {
  const PhpValue* value = find(key);
  return value == nullptr ? kNoText : value->text_;
}

Id PhpValue::number(std::string_view key, Id otherwise) const {
  const PhpValue* value = find(key);
  return value == nullptr ? otherwise : value->as_number();
}

const std::vector<PhpValue>& PhpValue::list(std::string_view key) const {
  const PhpValue* value = find(key);
  return value == nullptr ? kNoItems : value->values_;
}

void PhpValue::become_array() {
  array_ = true;
  text_.clear();
}

PhpValue& PhpValue::put(std::string_view key, PhpValue value) {
  PhpValue& place = at(key);
  place = std::move(value);
  return place;
}

PhpValue& PhpValue::at(std::string_view key) {
  become_array();
  if (PhpValue* found = find(key)) return *found;
  if (const auto index = canonical_number(key); index && *index >= next_index_) {
    next_index_ = *index + 1;
  }
  keys_.emplace_back(key);
  return values_.emplace_back();
}

PhpValue& PhpValue::append() {
  become_array();
  keys_.push_back(std::to_string(next_index_++));
  return values_.emplace_back();
}

void PhpValue::erase(std::string_view key) {
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i] != key) continue;
    keys_.erase(keys_.begin() + static_cast<std::ptrdiff_t>(i));
    values_.erase(values_.begin() + static_cast<std::ptrdiff_t>(i));
    return;
  }
}

std::vector<FormVariable> split_form(std::string_view form) {
  std::vector<FormVariable> variables;
  each_variable(form, [&](std::string_view name, std::string_view value) {
    FormVariable& variable = variables.emplace_back();
    url_decode(name, variable.name);
    url_decode(value, variable.value);
    return true;
  });
  return variables;
}

PhpValue parse_form(std::string_view form, std::size_t limit) {
  PhpValue root = PhpValue::array();
  std::size_t count = 0;
  each_variable(form, [&](std::string_view name, std::string_view value) {
    if (++count > limit) return false;
    std::string decoded_name;
    std::string decoded_value;
    url_decode(name, decoded_name);
    url_decode(value, decoded_value);
    assign(root, std::move(decoded_name), std::move(decoded_value));
    return true;
  });
  return root;
}

std::optional<Id> canonical_number(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  const std::string_view digits = negative ? text.substr(1) : text;
  if (digits.empty() || (digits.front() == '0' && (digits.size() > 1 || negative))) {
    return std::nullopt;
  }
  Id number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Id loose_number(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\n\r\v\f");
  if (start == std::string_view::npos) return 0;
  text.remove_prefix(start);
  if (text.front() == '+') text.remove_prefix(1);
  Id number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace moodlesync::sim
