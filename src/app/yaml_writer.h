#pragma once

#include <string>
#include <utility>
#include <vector>

namespace moodlesync::app {

/// `text` as a YAML scalar that reads back as that text, whatever it holds.
[[nodiscard]] std::string yaml_scalar(const std::string& text);

/// Writes a configuration line by line. Who writes says how deep each line stands; keys are written
/// as they are given, values so that they read back.
class YamlWriter {
 public:
  using Mapping = std::vector<std::pair<std::string, std::string>>;

  void line(int indent, const std::string& text);
  /// `key: value`
  void entry(int indent, const std::string& key, const std::string& value);
  /// `key:`, and its entries below; nothing when there are none. Their names may hold anything.
  void mapping(int indent, const std::string& key, const Mapping& entries);
  void blank() { yaml_ += "\n"; }
  /// What was written so far; then it begins anew.
  [[nodiscard]] std::string take() { return std::exchange(yaml_, {}); }

 private:
  std::string yaml_;
};

}  // namespace moodlesync::app
