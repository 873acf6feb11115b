#include "components/course/course_diagnosis.h"

#include "base/param_types.h"

namespace moodlesync::course {

namespace {

std::string value_of(const base::Values& values, std::string_view name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string() : found->second;
}

std::string names_of(const base::Values& values, std::string_view prefix = {}) {
  std::string names;
  for (const auto& [name, value] : values) {
    if (name.starts_with(prefix)) names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

/// Known limits are checked before sending; these depend on the site.
std::string too_long(const base::Values& sent) {
  std::string text = "a value is too long or too large for Moodle's database";
  for (const auto& [name, value] : sent) {
    const std::size_t length = base::length_in_characters(value);
    if (name == "fullname" && length > 254) {
      text += "; fullname has " + std::to_string(length) +
              " characters, Moodle before 5.0 takes 254 (set fullname_limit)";
    }
    if (name.starts_with("customfields") && length > 1333) {
      text += "; " + name + " has " + std::to_string(length) +
              " characters, a text field takes 1333 (a text area takes more)";
    }
  }
  return text;
}

}  // namespace

std::string diagnosis(std::string_view code, const base::Values& sent) {
  if (code == "errorcatcontextnotvalid") {
    return "category " + value_of(sent, "categoryid") +
           " does not exist, or this account may not see it";
  }
  if (code == "errorinvalidparam") {
    const std::string lang = value_of(sent, "lang");
    return lang.empty() ? "Moodle takes a name for blank"
                        : "the language pack '" + lang + "' is not installed in Moodle";
  }
  if (code == "dmlwriteexception") return too_long(sent);
  if (code == "invalidpersistenterror") {
    return "a custom field refused its value (" + names_of(sent, "customfields") +
           "): a text field takes no tags, a number needs a dot, a select wants the number of its "
           "option (customfield_options), a date Unix seconds";
  }
  if (code == "invalidparameter") return "one of the values was refused: " + names_of(sent);
  if (code == "invalidcourseid") return "the template's course does not exist in Moodle";
  if (code == "backupprecheckerrors") {
    return "a half-made course may have been left behind under the short name '" +
           value_of(sent, "shortname") + "': delete it in Moodle before trying again";
  }
  return {};
}

std::string holder(const std::string& what, const FoundCourse& course) {
  std::string text =
      what + " belongs to course " + to_string(course.id) + " '" + course.fullname + "'";
  if (!course.idnumber) return text + " (its idnumber is not shown to this account)";
  if (course.idnumber->empty()) {
    return text + " (without idnumber: perhaps left half-made by a copy that failed)";
  }
  return text + " (idnumber '" + *course.idnumber + "')";
}

}  // namespace moodlesync::course
