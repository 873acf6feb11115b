#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace moodlesync::app {

/// One settings object of the old module, as Drupal stored it: any key may be missing, and a form
/// that was saved without a schema leaves numbers and flags as text. Every getter names its key as
/// known; what cannot be understood becomes a note.
///
/// Lifetime: borrows the object and the notes.
class OldSettings {
 public:
  using Json = nlohmann::ordered_json;
  OldSettings(std::string name, const Json& object, std::vector<std::string>& notes)
      : name_(std::move(name)), object_(object), notes_(notes) {}

  /// Trimmed; "" when it is missing, null, no scalar, or `0` (the module's "nothing chosen").
  [[nodiscard]] std::string text(std::string_view key);
  /// A whole number above zero.
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view key);
  [[nodiscard]] bool flag(std::string_view key);
  /// A mapping of scalars without the entries that are empty or `0`.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> mapping(std::string_view key);
  /// A list, or what a group of check boxes leaves: name → name, or name → 0.
  [[nodiscard]] std::vector<std::string> list(std::string_view key);
  /// Known, and without a counterpart.
  void pass_over(std::string_view key, std::string_view why);
  /// The same of the keys that say what the module does in the background.
  void pass_over_background();
  /// Notes the keys that nobody asked for.
  void finish();

  /// Adds a note about `key`.
  void note(std::string_view key, std::string_view what);

 private:
  [[nodiscard]] const Json* find(std::string_view key);
  [[nodiscard]] std::string scalar(std::string_view key, const Json& value);

  std::string name_;
  const Json& object_;
  std::vector<std::string>& notes_;
  std::vector<std::string> known_;
};

}  // namespace moodlesync::app
