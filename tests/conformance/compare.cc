#include "conformance/compare.h"

#include <set>

namespace moodlesync::conformance {

namespace {

/// Values that cannot agree: they belong to the recorded site, its clock, or its other content.
bool is_of_the_site(const std::string& key) {
  static const std::set<std::string> kKeys = {"id",
                                              "itemid",
                                              "userid",
                                              "categoryid",
                                              "parent",
                                              "path",
                                              "sortorder",
                                              "coursecount",
                                              "timecreated",
                                              "timemodified",
                                              "cacherev",
                                              "courseimage",
                                              "siteurl",
                                              "userpictureurl",
                                              "profileimageurl",
                                              "profileimageurlsmall",
                                              "filters",
                                              "message",
                                              "debuginfo",
                                              "functions",
                                              "advancedfeatures",
                                              "userprivateaccesskey",
                                              "version",
                                              "startdate",
                                              "enddate",
                                              "name",
                                              "siteid"};
  return kKeys.contains(key);
}

/// The recording abridges long answers: "... 22 courses ...".
bool is_abridged(const Json& value) {
  return value.is_string() && value.get<std::string>().starts_with("... ");
}

/// A deleted account is called `email.time`.
std::string without_deletion_time(const std::string& username) {
  const std::size_t dot = username.rfind('.');
  const bool deleted = username.find('@') != std::string::npos && dot + 11 == username.size();
  return deleted ? username.substr(0, dot) : username;
}

std::string difference_of(const std::string& path, const std::string& key, const Json& theirs,
                          const Json& ours);

std::string member(const std::string& path, const std::string& key) {
  std::string at = path;
  return at.append(".").append(key);
}

std::string object_difference(const std::string& path, const Json& theirs, const Json& ours) {
  for (const auto& [key, value] : theirs.items()) {
    const std::string at = member(path, key);
    if (!ours.contains(key)) return at + " is missing";
    std::string found = difference_of(at, key, value, ours[key]);
    if (!found.empty()) return found;
  }
  for (const auto& [key, value] : ours.items()) {
    if (!theirs.contains(key)) return member(path, key) + " is too much";
  }
  return {};
}

std::string array_difference(const std::string& path, const Json& theirs, const Json& ours) {
  if (theirs.size() != ours.size()) {
    return path + " has " + std::to_string(ours.size()) + " elements instead of " +
           std::to_string(theirs.size());
  }
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    const std::string at = path + "[" + std::to_string(i) + "]";
    std::string found = difference_of(at, "", theirs[i], ours[i]);
    if (!found.empty()) return found;
  }
  return {};
}

std::string difference_of(const std::string& path, const std::string& key, const Json& theirs,
                          const Json& ours) {
  if (is_abridged(theirs)) return {};
  const bool same_type = theirs.type() == ours.type() || (theirs.is_number() && ours.is_number());
  if (!same_type) {
    return path + " is a " + ours.type_name() + " instead of a " + theirs.type_name();
  }
  // How many there are depends on the rest of the site.
  if (key == "functions" || key == "advancedfeatures" || key == "filters") {
    return theirs.empty() || ours.empty() ? std::string()
                                          : difference_of(path + "[0]", "", theirs[0], ours[0]);
  }
  if (theirs.is_object()) return object_difference(path, theirs, ours);
  if (theirs.is_array()) return array_difference(path, theirs, ours);
  if (is_of_the_site(key) || theirs == ours) return {};
  if (key == "username" && without_deletion_time(theirs) == without_deletion_time(ours)) return {};
  return path + " is " + ours.dump() + " instead of " + theirs.dump();
}

std::string main_type(const std::string& content_type) {
  return content_type.substr(0, content_type.find(';'));
}

}  // namespace

std::string difference(const RecordedCall& recorded, const sim::Reply& ours) {
  if (ours.status != recorded.http_status) return "status " + std::to_string(ours.status);
  if (main_type(ours.content_type) != main_type(recorded.content_type)) return ours.content_type;
  if (recorded.response.is_object() && recorded.response.contains("__not_json__")) {
    const std::string theirs = recorded.response["__not_json__"];
    const bool same_kind =
        theirs.empty() == ours.body.empty() &&
        theirs.substr(0, 70).find("<RESPONSE>") == ours.body.substr(0, 70).find("<RESPONSE>");
    const bool same_error = theirs.find("<ERRORCODE>") == std::string::npos || theirs == ours.body;
    return same_kind && same_error ? std::string() : "body " + ours.body;
  }
  if (ours.json.is_null() && ours.body != "null") return "body " + ours.body;
  return difference_of("answer", "", recorded.response, ours.json);
}

}  // namespace moodlesync::conformance
