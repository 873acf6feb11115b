#include "a_course.h"

#include <algorithm>

#include "components/enrollments/functions.h"

namespace moodlesync::enrollments {

namespace {

constexpr std::int64_t kCourse = 50;
constexpr std::int64_t kUsersInMoodle = 100;  // Drupal's 12 is Moodle's 112.

const EntityRef kNode{"node", 1};

FieldValue reference_to(const EntityRef& target, std::string_view moodle_id_text = {}) {
  FieldValue value;
  value.type = ValueType::kReference;
  value.reference = Reference{target, true, "user", std::string(moodle_id_text)};
  return value;
}

RegistrationRule seminar_rule() {
  return {.type = "seminar",
          .user_path = "user_uid",
          .state_path = "state",
          .role_path = "field_role",
          .start_path = "field_start",
          .end_path = "field_end",
          .active_states = {},
          .follows_workflow = false};
}

std::string shown(const Call& call) {
  const Params& row = call.row;
  const std::string user = std::string(row.get("userid"));
  if (call.function == &kUnenrolUsers) return unenrol(std::stoll(user));
  const std::int64_t role = std::stoll(std::string(row.get("roleid")));
  if (call.function == &kUnassignRoles) return unassign(role, std::stoll(user));
  const std::string span = std::string(row.get("timestart")) + "-" +
                           std::string(row.get("timeend")) +
                           (row.get("suspend") == "1" ? " suspended" : "");
  return enrol(role, std::stoll(user), span);
}

}  // namespace

RegistrationBuilder::RegistrationBuilder(std::int64_t id) {
  made_.ref = {"registration", id};
  made_.exists = true;
  made_.bundle = "seminar";
  in_state("complete");
}

RegistrationBuilder& RegistrationBuilder::with(std::string_view path, FieldValue value) {
  made_.fields[std::string(path)].push_back(std::move(value));
  return *this;
}

RegistrationBuilder& RegistrationBuilder::of(std::int64_t user) {
  return with("user_uid", reference_to({"user", user}));
}

RegistrationBuilder& RegistrationBuilder::of_nobody() {
  made_.fields["user_uid"].clear();
  return *this;
}

RegistrationBuilder& RegistrationBuilder::in_state(std::string_view state) {
  made_.fields["state"].clear();
  return with("state", {.text = std::string(state)});
}

RegistrationBuilder& RegistrationBuilder::with_role(std::string_view moodle_id_text) {
  return with("field_role", reference_to({"taxonomy_term", 7}, moodle_id_text));
}

RegistrationBuilder& RegistrationBuilder::from(std::string_view start) {
  return with("field_start", {.type = ValueType::kTimestamp, .text = std::string(start)});
}

RegistrationBuilder& RegistrationBuilder::until(std::string_view end) {
  return with("field_end", {.type = ValueType::kTimestamp, .text = std::string(end)});
}

EnrollmentsSource the_rules() {
  EnrollmentsSource rules;
  rules.spec.component = "enrollments";
  rules.spec.name = "course";
  rules.spec.entity_type = "node";
  rules.spec.bundle = "course";
  rules.registrations = {seminar_rule()};
  rules.participants = {{"field_students", MoodleId{5}}, {"field_teachers", MoodleId{3}}};
  return rules;
}

CourseTest::CourseTest(EnrollmentsSource rules) : rules_(std::move(rules)), component_({rules_}) {
  entity_.ref = kNode;
  entity_.exists = true;
  entity_.bundle = "course";
  link_.sent["course"] = std::to_string(kCourse);
  counterparts_[kNode] = fakes::known(kCourse);
  accept_everything();
}

void CourseTest::accept_everything() {
  const auto accept = [](const Call& /*call*/) { return Result<Json>(Json(nullptr)); };
  for (const Function* function : {&kEnrolUsers, &kUnenrolUsers, &kUnassignRoles}) {
    moodle_.always(function->name, accept);
  }
}

CourseTest& CourseTest::has(const RegistrationBuilder& registration) {
  entity_.owned.push_back(registration.entity());
  return *this;
}

CourseTest& CourseTest::refers(std::string_view path, std::int64_t user) {
  entity_.fields[std::string(path)].push_back(reference_to({"user", user}));
  return *this;
}

CourseTest& CourseTest::knows_user_as(std::int64_t user, Counterpart counterpart) {
  counterparts_[{"user", user}] = counterpart;
  return *this;
}

CourseTest& CourseTest::knows_course_as(Counterpart counterpart) {
  counterparts_[kNode] = counterpart;
  return *this;
}

CourseTest& CourseTest::lost_user(std::int64_t user) {
  lost_.push_back(user);
  return *this;
}

CourseTest& CourseTest::holds(std::int64_t moodle_user, const std::string& text) {
  link_.sent["user:" + std::to_string(moodle_user)] = text;
  return *this;
}

CourseTest& CourseTest::is_in_doubt() {
  in_doubt_ = true;
  return *this;
}

CourseTest& CourseTest::verifies() {
  verifies_ = true;
  return *this;
}

CourseTest& CourseTest::is_deleted() {
  entity_.exists = false;
  return *this;
}

Outcome CourseTest::run() {
  Conversation conversation;
  conversation.key = {"enrollments", "course", kNode};
  conversation.source = &component_.sources().front();
  conversation.entity = entity_;
  for (Entity& registration : conversation.entity.owned) {
    FieldValue* user = registration.fields["user_uid"].data();
    if (user == nullptr) continue;
    user->reference->exists = std::ranges::count(lost_, user->reference->target.id) == 0;
  }
  conversation.link = link_;
  conversation.in_doubt = in_doubt_;
  conversation.verify = verifies_;
  conversation.moodle = &moodle_;
  conversation.counterpart = [this](std::string_view component, const Reference& to) {
    const auto found = counterparts_.find(to.target);
    if (found != counterparts_.end()) return found->second;
    return component == "users" ? fakes::known(kUsersInMoodle + to.target.id) : fakes::nobody();
  };
  ahead_ = link_;
  conversation.keep_link = [this](const Link& link) { return kept(link); };
  Outcome outcome = moodle_.drive(component_.converse(conversation));
  link_ = conversation.link;
  return outcome;
}

Co<Status> CourseTest::kept(Link link) {
  ahead_ = std::move(link);
  co_return ok();
}

void CourseTest::run_and_die() {
  static_cast<void>(run());
  link_ = ahead_;
  now();
  in_doubt_ = true;
}

CourseTest& CourseTest::now() {
  entity_.owned.clear();
  entity_.fields.clear();
  in_doubt_ = false;
  first_call_ = moodle_.calls().size();
  return *this;
}

std::vector<std::string> CourseTest::writes() const {
  std::vector<std::string> lines;
  for (std::size_t i = first_call_; i < moodle_.calls().size(); ++i) {
    const Call& call = moodle_.calls()[i];
    if (call.function->effect == Function::Effect::kWrite) lines.push_back(shown(call));
  }
  return lines;
}

std::string CourseTest::held(std::int64_t moodle_user) const {
  const auto found = link_.sent.find("user:" + std::to_string(moodle_user));
  return found == link_.sent.end() ? "" : found->second;
}

std::string enrol(std::int64_t role, std::int64_t user, std::string_view rest) {
  return "enrol " + std::to_string(user) + " as " + std::to_string(role) + ", " + std::string(rest);
}

std::string unassign(std::int64_t role, std::int64_t user) {
  return "unassign " + std::to_string(role) + " of " + std::to_string(user);
}

std::string unenrol(std::int64_t user) { return "unenrol " + std::to_string(user); }

Json roster(const std::map<std::int64_t, std::vector<std::int64_t>>& users) {
  Json list = Json::array();
  for (const auto& [id, roles] : users) {
    Json user = {{"id", id}, {"fullname", "Somebody"}, {"roles", Json::array()}};
    for (const std::int64_t role : roles) user["roles"].push_back({{"roleid", role}});
    list.push_back(std::move(user));
  }
  return list;
}

}  // namespace moodlesync::enrollments
