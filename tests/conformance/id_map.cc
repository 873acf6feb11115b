#include "conformance/id_map.h"

#include <utility>

#include "support/moodle_sim/php_value.h"

namespace moodlesync::conformance {

namespace {

using sim::Id;

bool ends_with(const std::string& text, const char* end) { return text.ends_with(end); }

std::string value_of(const RecordedCall& call, const std::string& name) {
  for (const auto& [key, value] : call.params) {
    if (key == name) return value;
  }
  return {};
}

/// `criteria[0][value]` speaks of what `criteria[0][key]` says.
std::string sibling(const RecordedCall& call, const std::string& name, const char* key) {
  return value_of(call, name.substr(0, name.rfind('[')) + "[" + key + "]");
}

std::optional<Kind> kind_of_rows(const std::string& function) {
  if (function.find("categor") != std::string::npos) return Kind::kCategory;
  if (function.find("cohort") != std::string::npos) return Kind::kCohort;
  if (function.starts_with("core_course")) return Kind::kCourse;
  if (function.starts_with("core_user")) return Kind::kUser;
  return std::nullopt;
}

/// What a `…[value]` holds an id of.
std::optional<Kind> kind_of_value(const RecordedCall& call, const std::string& name) {
  const std::string type = sibling(call, name, "type");
  if (type == "id" && name.find("[cohorttype]") != std::string::npos) return Kind::kCohort;
  if (type == "id" && name.find("[usertype]") != std::string::npos) return Kind::kUser;
  if (type == "id" && name.find("[categorytype]") != std::string::npos) return Kind::kCategory;
  const std::string key = sibling(call, name, "key");
  if (name.starts_with("criteria") && (key == "id" || key == "ids" || key == "parent")) {
    return kind_of_rows(call.function);
  }
  return std::nullopt;
}

std::optional<Kind> kind_of(const RecordedCall& call, const std::string& name) {
  if (ends_with(name, "categoryid") || ends_with(name, "categoryid]") ||
      ends_with(name, "[parent]")) {
    return Kind::kCategory;
  }
  if (ends_with(name, "courseid") || ends_with(name, "courseid]") ||
      name.starts_with("courseids") || ends_with(name, "[instanceid]")) {
    return Kind::kCourse;
  }
  if (ends_with(name, "[userid]") || name.starts_with("userids")) return Kind::kUser;
  if (ends_with(name, "[cohortid]") || name.starts_with("cohortids")) return Kind::kCohort;
  if (ends_with(name, "[id]")) return kind_of_rows(call.function);
  if (ends_with(name, "[value]")) return kind_of_value(call, name);
  const std::string field = value_of(call, "field");
  const bool by_id = field == "id" || field == "ids";
  if (by_id && (name == "value" || name.starts_with("values["))) return kind_of_rows(call.function);
  return std::nullopt;
}

/// Ids that the recording uses for what does not exist.
bool is_nobody(Id id) { return id < 1 || id == 999999; }

const Json* rows_of(const RecordedCall& call) {
  const Json& response = call.response;
  if (response.is_array()) return &response;
  if (!response.is_object()) return nullptr;
  for (const char* list : {"courses", "users", "cohorts"}) {
    if (response.contains(list) && response[list].is_array()) return &response[list];
  }
  return nullptr;
}

std::string text(const Json& row, const char* key) {
  return row.is_object() && row.contains(key) && row[key].is_string() ? row[key].get<std::string>()
                                                                      : std::string();
}

sim::User user_from(const Json& row, Id recorded) {
  const std::string fallback = "prepared" + std::to_string(recorded);
  sim::User user;
  user.username = text(row, "username").empty() ? fallback : text(row, "username");
  user.email = text(row, "email").empty() ? fallback + "@example.com" : text(row, "email");
  user.firstname = text(row, "firstname").empty() ? "F" : text(row, "firstname");
  user.lastname = text(row, "lastname").empty() ? "L" : text(row, "lastname");
  user.idnumber = text(row, "idnumber");
  user.texts["description"] = text(row, "description");
  return user;
}

}  // namespace

IdMap::IdMap(sim::MoodleSim& moodle, const std::vector<RecordedCall>& all) : moodle_(moodle) {
  for (const Id user : {1, 2}) ids_[{Kind::kUser, user}] = user;
  ids_[{Kind::kCourse, 1}] = 1;
  ids_[{Kind::kCategory, 1}] = 1;
  for (const RecordedCall& call : all) {
    const std::optional<Kind> kind = kind_of_rows(call.function);
    const Json* rows = rows_of(call);
    if (!kind || rows == nullptr) continue;
    for (const Json& row : *rows) note_shown(*kind, row);
  }
}

void IdMap::note_shown(Kind kind, const Json& row) {
  // An answer of two fields is that of a create call.
  if (!row.is_object() || !row.contains("id") || row.size() <= 2) return;
  shown_.try_emplace({kind, row["id"].get<Id>()}, row);
}

Id IdMap::make(Kind kind, Id recorded) {
  const auto at = shown_.find({kind, recorded});
  const Json row = at == shown_.end() ? Json::object() : at->second;
  const std::string name = "prepared" + std::to_string(recorded);
  switch (kind) {
    case Kind::kCategory:
      return moodle_.create_category({.name = name});
    case Kind::kCourse: {
      sim::Course course;
      course.fullname = text(row, "fullname").empty() ? name : text(row, "fullname");
      course.shortname = text(row, "shortname").empty() ? name : text(row, "shortname");
      course.idnumber = text(row, "idnumber");
      course.category = row.contains("categoryid") ? ours(Kind::kCategory, row["categoryid"]) : 1;
      return moodle_.create_course(course);
    }
    case Kind::kUser:
      return moodle_.create_user(user_from(row, recorded));
    case Kind::kCohort:
      return moodle_.create_cohort({.name = name, .idnumber = name});
  }
  return 0;
}

Id IdMap::ours(Kind kind, Id recorded) {
  const auto at = ids_.find({kind, recorded});
  if (at != ids_.end()) return at->second;
  return ids_[{kind, recorded}] = make(kind, recorded);
}

std::string IdMap::translate_value(Kind kind, const std::string& value) {
  std::string translated;
  for (std::size_t start = 0; start <= value.size();) {
    const std::size_t comma = std::min(value.find(',', start), value.size());
    const std::string part = value.substr(start, comma - start);
    const std::optional<Id> id = sim::canonical_number(part);
    if (start > 0) translated += ",";
    translated += id && !is_nobody(*id) ? std::to_string(ours(kind, *id)) : part;
    start = comma + 1;
  }
  return translated;
}

sim::Variables IdMap::translate(const RecordedCall& call) {
  sim::Variables translated = call.params;
  for (auto& [name, value] : translated) {
    if (const std::optional<Kind> kind = kind_of(call, name)) value = translate_value(*kind, value);
  }
  return translated;
}

void IdMap::prepare_answer(const RecordedCall& call) {
  const std::optional<Kind> kind = kind_of_rows(call.function);
  const Json* rows = rows_of(call);
  if (!kind || rows == nullptr || call.function.find("_get_") == std::string::npos) return;
  for (const Json& row : *rows) {
    if (row.is_object() && row.contains("id")) ours(*kind, row["id"].get<Id>());
  }
}

void IdMap::learn(const RecordedCall& call, const Json& answer) {
  const std::optional<Kind> kind = kind_of_rows(call.function);
  const bool creates = call.function.find("_create_") != std::string::npos ||
                       call.function == "core_course_duplicate_course";
  if (!kind || !creates) return;
  const Json theirs = call.response.is_array() ? call.response : Json::array({call.response});
  const Json own = answer.is_array() ? answer : Json::array({answer});
  for (std::size_t i = 0; i < std::min(theirs.size(), own.size()); ++i) {
    if (!theirs[i].contains("id") || !own[i].contains("id")) continue;
    ids_[{*kind, theirs[i]["id"].get<Id>()}] = own[i]["id"].get<Id>();
  }
}

}  // namespace moodlesync::conformance
