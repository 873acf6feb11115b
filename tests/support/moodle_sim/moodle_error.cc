#include "support/moodle_sim/moodle_error.h"

#include <utility>

namespace moodlesync::sim {

namespace {

constexpr const char* kMoodleException = "core\\exception\\moodle_exception";

}  // namespace

MoodleError moodle_exception(std::string code, std::string message) {
  return {kMoodleException, std::move(code), std::move(message)};
}

MoodleError untranslated_exception(const std::string& component, const std::string& code) {
  return {kMoodleException, code, component + "/" + code};
}

MoodleError invalid_parameter(std::string debuginfo) {
  return {"core\\exception\\invalid_parameter_exception", "invalidparameter",
          "Invalid parameter value detected", std::move(debuginfo)};
}

const std::string& code_of(const MoodleError& error, int debug) {
  constexpr int kNormal = 15;
  return debug >= kNormal && !error.debug_code.empty() ? error.debug_code : error.code;
}

MoodleError record_missing() {
  return {.exception = "dml_missing_record_exception",
          .code = "invalidrecordunknown",
          .message = "Can't find data record in database.",
          .debug_code = "invalidrecord"};
}

MoodleError user_missing() {
  MoodleError error = record_missing();
  error.debug_code = "invaliduser";
  return error;
}

MoodleError write_failed(std::string debuginfo) {
  return {"dml_write_exception", "dmlwriteexception", "Error writing to database",
          std::move(debuginfo)};
}

MoodleError read_failed() {
  return {"dml_read_exception", "dmlreadexception", "Error reading from database"};
}

MoodleError coding_error(const std::string& what) {
  return {"core\\exception\\coding_exception", "codingerror",
          "Coding error detected, it must be fixed by a programmer: " + what};
}

MoodleError access_denied() {
  return {"webservice_access_exception", "accessexception", "Access control exception"};
}

MoodleError capability_missing(const std::string& capability) {
  return {"core\\exception\\required_capability_exception", "nopermissions",
          "Sorry, but you do not currently have permissions to do that (" + capability + ")."};
}

MoodleError invalid_response() {
  return {"core\\exception\\invalid_response_exception", "invalidresponse",
          "Invalid response value detected"};
}

MoodleError custom_field_invalid() {
  return {"core\\invalid_persistent_exception", "invalidpersistenterror",
          "Error: Data submitted is invalid"};
}

MoodleError login_required() {
  return {"core\\exception\\require_login_exception", "requireloginerror",
          "Course or activity not accessible."};
}

MoodleError php_error(std::string message) { return {"Error", "", std::move(message)}; }

MoodleError format_not_supported() {
  return untranslated_exception("webservice", "formatnotsupported");
}

}  // namespace moodlesync::sim
