#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace moodlesync::ops {

/// What a log line looks like.
enum class LogFormat {
  kHuman,    ///< "2026-03-01T10:15:00.123Z warning MS-301 text"
  kJournal,  ///< "<4>MS-301 text": the priority for journald, which keeps the time itself.
  kJson,     ///< One object per line: ts, level, code (where there is one), message, fields.
};

enum class LogLevel { kDebug, kInfo, kWarning, kError };

/// One thing to tell.
struct LogLine {
  std::chrono::system_clock::time_point when;
  LogLevel level = LogLevel::kInfo;
  /// Starts with the message code, "MS-nnn ", if it is a warning, an error or an outcome; may end
  /// in base::LogFields.
  std::string_view text;
};

/// The line with its newline. Control characters of the text are written as \n, \t, \x1b, so that
/// one event is always one line and nothing that Drupal or Moodle says can move the cursor.
/// `colours`: kHuman only; the level of warnings and errors is coloured.
[[nodiscard]] std::string render(const LogLine& line, LogFormat format, bool colours);

}  // namespace moodlesync::ops
