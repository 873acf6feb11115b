#pragma once

#include <string>
#include <utility>

namespace moodlesync::moodle {

/// A text that must not appear in a log, a message or a dump by accident: it cannot be printed,
/// compared or converted, only revealed by name.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] const std::string& reveal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

}  // namespace moodlesync::moodle
