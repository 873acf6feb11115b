#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "moodlesync/result.h"

namespace moodlesync::postgres {

struct PhpEntry;

/// A value that PHP's serialize() wrote: how Drupal keeps its configuration in the database.
///
/// A plain tree. Objects are read as named properties and nothing is ever instantiated; a
/// back-reference stays a reference (kReference) instead of being followed.
struct PhpValue {
  enum class Kind {
    kNull,
    kBool,       ///< `integer` is 0 or 1.
    kInt,        ///< `integer`
    kDouble,     ///< `number`
    kString,     ///< `text`: bytes, usually UTF-8.
    kArray,      ///< `entries`, in PHP's order.
    kObject,     ///< `text` is the class, `entries` its properties.
    kRaw,        ///< An old Serializable: `text` is the class, its payload is passed over.
    kEnum,       ///< `text` is "Class:Case".
    kReference,  ///< `integer` is the slot that it points back to, counted from 1.
  };
  Kind kind = Kind::kNull;
  std::int64_t integer = 0;
  double number = 0;
  std::string text;
  std::vector<PhpEntry> entries;

  /// The entry or property `key`, or nullptr (also when this is neither array nor object).
  [[nodiscard]] const PhpValue* find(std::string_view key) const;
  /// The value at the end of a chain of keys, or nullptr: `at({"settings", "target_type"})`.
  [[nodiscard]] const PhpValue* at(std::initializer_list<std::string_view> keys) const;
  /// A scalar as text, as PHP would print it into a string; anything else gives "".
  [[nodiscard]] std::string as_text() const;
  /// A whole number; text that is one counts (a form saved without schema casting); else
  /// `fallback`.
  [[nodiscard]] std::int64_t as_int(std::int64_t fallback) const;
  /// PHP's idea of truth for scalars; `fallback` for anything else.
  [[nodiscard]] bool as_bool(bool fallback) const;
};

/// An entry of an array or a property of an object. Keys are text: PHP's whole-number keys in
/// decimal digits, property names without PHP's visibility marks.
struct PhpEntry {
  std::string key;
  PhpValue value;
};

struct PhpLimits {
  std::size_t bytes = std::size_t{16} << 20U;
  int depth = 128;
};

/// Reads one serialized value, which must be all of `bytes`.
///
/// Every length is checked before it is believed. Errors: kRejected with code `bad_php_value`; the
/// message names the byte (from 0) where reading stopped. Source: php.net, serialize(); the tokens
/// were counted on a Drupal 10.2 site.
[[nodiscard]] Result<PhpValue> parse_php(std::string_view bytes, PhpLimits limits = {});

}  // namespace moodlesync::postgres
