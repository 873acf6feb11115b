#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace moodlesync::base {

/// The values of a log line as values: whoever logs puts them behind the text, and the log writes
/// them as name=value for people and as members of their own in JSON.
///
///     log.info("MS-310 in step{}", LogFields().text("entity", "node:12").number("attempt",
///     1).str())
///
/// They travel inside the line, each behind a control character that no text of ours holds; in a
/// value it is dropped, so that nothing that Drupal or Moodle says becomes a field.
class LogFields {
 public:
  LogFields& text(std::string_view name, std::string_view value);
  LogFields& number(std::string_view name, std::int64_t value);
  [[nodiscard]] const std::string& str() const { return encoded_; }

 private:
  std::string encoded_;
};

/// One of them, as the log reads it.
struct LogField {
  std::string_view name;
  std::string_view value;
  bool is_number = false;
};

/// A line's text and its fields; all borrow from `line`.
struct SplitLine {
  std::string_view text;
  std::vector<LogField> fields;
};
[[nodiscard]] SplitLine split_log_line(std::string_view line);

}  // namespace moodlesync::base
