#include "moodle/errorcodes.h"

#include <algorithm>
#include <array>

namespace moodlesync::moodle {

namespace {

struct Entry {
  std::string_view code;
  CodeMeaning meaning;
};

constexpr std::string_view kMendAccount =
    "log in to Moodle once as the token's user and settle what it asks for (password, profile, "
    "site policy)";
constexpr std::string_view kMendUser =
    "the token's user must be an active, confirmed account that may use web services (Site "
    "administration > Users)";
constexpr std::string_view kMendRights =
    "give the role of the token's user the capability at system level (Site administration > Users "
    "> Permissions > Define roles)";

constexpr auto kEntries = std::to_array<Entry>({
    {"invalidtoken",
     {CodeClass::kConfig,
      "check the token (Site administration > Server > Web services > Manage tokens); if only "
      "large "
      "calls fail, lower max_input_vars"}},
    {"accessexception",
     {CodeClass::kConfig,
      "add this function to the token's external service (Site administration > Server > Web "
      "services > External services); check that the service is enabled, that the role has "
      "webservice/rest:use, and the token's end date and IP restriction"}},
    {"wsaccessusersuspended", {CodeClass::kConfig, kMendUser}},
    {"wsaccessuserunconfirmed", {CodeClass::kConfig, kMendUser}},
    {"wsaccessusernologin", {CodeClass::kConfig, kMendUser}},
    {"wsaccessuserdeleted", {CodeClass::kConfig, kMendUser}},
    {"wsaccessuserexpired", {CodeClass::kConfig, kMendUser}},
    {"forcepasswordchangenotice", {CodeClass::kAccount, kMendAccount}},
    {"usernotfullysetup", {CodeClass::kAccount, kMendAccount}},
    {"sitepolicynotagreed", {CodeClass::kAccount, kMendAccount}},
    {"requireloginerror",
     {CodeClass::kConfig,
      "the token's user needs moodle/course:view, and moodle/course:viewhiddencourses for hidden "
      "courses, at system level"}},
    {"nopermissions", {CodeClass::kConfig, kMendRights}},
    {"cannotviewcategory",
     {CodeClass::kConfig,
      "the token's user needs moodle/category:viewhiddencategories at system level"}},
    {"restrictedcontextexception",
     {CodeClass::kConfig, "make a token that is not tied to one context"}},
    {"sitemaintenance", {CodeClass::kAway}},
    {"upgraderunning", {CodeClass::kAway}},
    {"dbconnectionfailed", {CodeClass::kAway}},
    {"dmlwriteexception", {CodeClass::kCollision, "a value is probably too long for its column"}},
    {"dmlreadexception", {CodeClass::kClientBug}},
    {"codingerror", {CodeClass::kClientBug}},
    {"invalidresponse", {CodeClass::kDoneOrRotten}},
    // Enrolling commits first and mails afterwards; only a mail failed.
    {"Message was not sent.", {CodeClass::kDone}},
});

}  // namespace

CodeMeaning meaning_of(std::string_view errorcode) {
  const auto* const entry = std::ranges::find(kEntries, errorcode, &Entry::code);
  return entry == kEntries.end() ? CodeMeaning{} : entry->meaning;
}

// Moodle 4.1 to 5.1, lib/dmllib.php (dml_missing_record_exception).
std::string_view canonical_code(std::string_view errorcode) {
  const bool is_missing_record = errorcode == "invalidrecord" || errorcode == "invaliduser";
  return is_missing_record ? "invalidrecordunknown" : errorcode;
}

bool is_identifier(std::string_view errorcode) {
  constexpr std::size_t kLongest = 100;
  return !errorcode.empty() && errorcode.size() <= kLongest &&
         std::ranges::all_of(errorcode, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '/' || c == '-';
         });
}

}  // namespace moodlesync::moodle
