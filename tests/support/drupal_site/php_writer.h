#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace moodlesync::testsupport {

/// A value as PHP's serialize() writes it. Only tests write PHP; the daemon never does.
class Php {
 public:
  using Entry = std::pair<std::string, Php>;

  Php() : bytes_("N;") {}
  Php(bool value) : bytes_(value ? "b:1;" : "b:0;") {}
  Php(int value) : Php(std::int64_t{value}) {}
  Php(std::int64_t value) : bytes_("i:" + std::to_string(value) + ";") {}
  Php(const char* value) : Php(std::string_view(value)) {}
  Php(const std::string& value) : Php(std::string_view(value)) {}
  Php(std::string_view value) : bytes_("s:" + sized(value) + ";") {}

  /// An array with keys; a key that looks like a number becomes one, as in PHP.
  [[nodiscard]] static Php map(const std::vector<Entry>& entries);
  [[nodiscard]] static Php list(const std::vector<Php>& values);
  /// `properties` become protected ones, as most of Drupal's are.
  [[nodiscard]] static Php object(std::string_view name, const std::vector<Entry>& properties);
  /// A back-reference to the object in `slot`.
  [[nodiscard]] static Php reference(int slot);

  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  [[nodiscard]] static std::string sized(std::string_view text) {
    return std::to_string(text.size()) + ":\"" + std::string(text) + "\"";
  }

  std::string bytes_;
};

/// `bytes` as a bytea parameter in text form.
[[nodiscard]] std::string bytea(std::string_view bytes);

}  // namespace moodlesync::testsupport
