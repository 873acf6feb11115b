#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace moodlesync::sim {

using Id = std::int64_t;

/// What PHP makes of a form variable: a text, or an array whose keys keep their order of
/// appearance. The getters are for values that a declared structure (structure.h) has already
/// accepted.
class PhpValue {
 public:
  PhpValue() = default;
  static PhpValue of(std::string text);
  static PhpValue array();

  [[nodiscard]] bool is_array() const { return array_; }
  [[nodiscard]] const std::string& as_text() const { return text_; }
  [[nodiscard]] Id as_number() const;

  [[nodiscard]] std::size_t size() const { return values_.size(); }
  [[nodiscard]] const std::vector<PhpValue>& items() const { return values_; }
  [[nodiscard]] const std::vector<std::string>& keys() const { return keys_; }
  [[nodiscard]] std::vector<PhpValue>& mutable_items() { return values_; }

  [[nodiscard]] const PhpValue* find(std::string_view key) const;
  [[nodiscard]] PhpValue* find(std::string_view key);
  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }

  /// The text under `key`, or "" when it is not there.
  [[nodiscard]] const std::string& text(std::string_view key) const;
  /// The number under `key`, or `otherwise` when it is not there.
  [[nodiscard]] Id number(std::string_view key, Id otherwise = 0) const;
  [[nodiscard]] bool flag(std::string_view key) const { return number(key) != 0; }
  /// The elements of the list under `key`; none when it is not there.
  [[nodiscard]] const std::vector<PhpValue>& list(std::string_view key) const;

  /// Adds or replaces; turns this into an array, as PHP does with `a=1&a[b]=2`.
  PhpValue& put(std::string_view key, PhpValue value);
  /// The element under `key`, made when missing: as writing `$a[key]` does.
  PhpValue& at(std::string_view key);
  /// A new element under the next free number: `$a[]`.
  PhpValue& append();
  void erase(std::string_view key);

 private:
  void become_array();

  bool array_ = false;
  Id next_index_ = 0;
  std::string text_;
  std::vector<std::string> keys_;
  std::vector<PhpValue> values_;
};

/// One `name=value` of a form, decoded.
struct FormVariable {
  std::string name;
  std::string value;
};

/// The variables of a form in the order in which they were sent.
[[nodiscard]] std::vector<FormVariable> split_form(std::string_view form);

/// PHP's array of a form, built from at most `limit` variables; the rest is dropped without a sign.
[[nodiscard]] PhpValue parse_form(std::string_view form, std::size_t limit);

/// PHP's view of a number in canonical form: an optional minus, no leading zeros, 64 bits.
[[nodiscard]] std::optional<Id> canonical_number(std::string_view text);

/// PHP's `(int)$text`: leading blanks and sign, then digits; 0 for anything else.
[[nodiscard]] Id loose_number(std::string_view text);

}  // namespace moodlesync::sim
