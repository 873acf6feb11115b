#pragma once

#include <string>

namespace moodlesync::sim {

/// An exception of the simulated PHP program: what ends a call, or becomes a warning of one row.
///
/// The simulator throws these where Moodle does, because *where* they are caught (around the call,
/// the row, or nowhere) is the behaviour under test. They never leave the simulator's REST layer.
struct MoodleError {
  std::string exception;  ///< PHP class as of 4.5+; the REST layer shortens it for older versions.
  std::string code;       ///< Empty when PHP itself failed: the answer then has no errorcode.
  std::string message;
  std::string debuginfo = {};
  std::string debug_code = {};  ///< What stands in place of `code` while debugging is on.
};

/// The code as a client sees it. `debug`: Moodle's debug level; 15 (normal) and more name the table
/// of a missing record.
[[nodiscard]] const std::string& code_of(const MoodleError& error, int debug);

[[nodiscard]] MoodleError moodle_exception(std::string code, std::string message);
/// Moodle has no text for the code: the message is "component/code".
[[nodiscard]] MoodleError untranslated_exception(const std::string& component,
                                                 const std::string& code);
[[nodiscard]] MoodleError invalid_parameter(std::string debuginfo);
[[nodiscard]] MoodleError record_missing();
[[nodiscard]] MoodleError user_missing();
[[nodiscard]] MoodleError write_failed(std::string debuginfo);
[[nodiscard]] MoodleError read_failed();
[[nodiscard]] MoodleError coding_error(const std::string& what);
[[nodiscard]] MoodleError access_denied();
[[nodiscard]] MoodleError capability_missing(const std::string& capability);
[[nodiscard]] MoodleError invalid_response();
[[nodiscard]] MoodleError custom_field_invalid();
[[nodiscard]] MoodleError login_required();
[[nodiscard]] MoodleError php_error(std::string message);
[[nodiscard]] MoodleError format_not_supported();

}  // namespace moodlesync::sim
