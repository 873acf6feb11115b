#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace moodlesync::ops {

/// Puts a page together. What is not markup of our own goes through text(), which leaves nothing of
/// it that a browser would take for markup.
class Html {
 public:
  /// Markup, as it stands in our sources.
  Html& raw(std::string_view markup) {
    page_ += markup;
    return *this;
  }
  /// Anything else: names from Drupal, messages of Moodle's.
  Html& text(std::string_view plain);
  /// "1,234"
  Html& number(std::int64_t value);

  [[nodiscard]] std::string take() { return std::move(page_); }

 private:
  std::string page_;
};

/// "1,234"
[[nodiscard]] std::string grouped(std::int64_t value);
/// "1 task", "2 tasks"; the plural is `one` with an s unless `many` says otherwise.
[[nodiscard]] std::string counted(std::int64_t value, std::string_view one,
                                  std::string_view many = {});

}  // namespace moodlesync::ops
