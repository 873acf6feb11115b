#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace moodlesync::postgres {

/// The value of one $n, in PostgreSQL's text format. Implicit on purpose: `query(sql, {id, name})`.
class Param {
 public:
  Param(std::nullptr_t) {}
  Param(std::string text) : text_(std::move(text)) {}
  Param(std::string_view text) : text_(std::string(text)) {}
  Param(const char* text) : text_(text) {}
  template <std::integral T>
  Param(T value) {
    if constexpr (std::is_same_v<T, bool>) {
      text_ = value ? "t" : "f";
    } else {
      text_ = std::to_string(value);
    }
  }
  template <class T>
  Param(const std::optional<T>& value) {
    if (value) *this = Param(*value);
  }
  /// An array, `'{1,NULL,"a"}'`. Elements are whatever a Param is made of; not nested.
  template <class T>
  Param(const std::vector<T>& values) {
    std::string& array = text_.emplace("{");
    for (const auto& value : values) {
      if (array.size() > 1) array += ',';
      add_element(array, static_cast<const T&>(value));
    }
    array += '}';
  }

  [[nodiscard]] const std::optional<std::string>& text() const { return text_; }

 private:
  static void add_element(std::string& array, std::string_view element);
  static void add_element(std::string& array, std::int64_t element);
  template <class T>
  static void add_element(std::string& array, const std::optional<T>& element) {
    if (!element) {
      array += "NULL";
    } else {
      add_element(array, *element);
    }
  }
  std::optional<std::string> text_;
};
using Params = std::vector<Param>;

}  // namespace moodlesync::postgres
