#include "integration/sync/people.h"

namespace moodlesync::testsupport {

namespace {

void build_model(DrupalSite& site) {
  site.add_vocabulary("cohorts");
  site.add_vocabulary("roles");
  site.add_node_type("course");
  site.add_profile_type("student");
  site.add_registration_type("standard");
  for (const char* name : {"field_moodle_id", "field_first_name", "field_last_name", "field_city"})
    site.add_field({"user", {"user"}, name, "string"});
  site.add_field({"user", {"user"}, "field_cohorts", "entity_reference", -1, "taxonomy_term"});
  site.add_field({"profile", {"student"}, "field_matriculation", "string"});
  site.add_field({"profile", {"student"}, "field_programme", "string"});
  site.add_field({"profile", {"student"}, "field_group", "entity_reference", -1, "taxonomy_term"});
  site.add_field({"node", {"course"}, "field_shortname", "string"});
  site.add_field({"node", {"course"}, "field_participants", "entity_reference", -1, "user"});
  site.add_field({"node", {"course"}, "field_assistants", "entity_reference", -1, "user"});
  site.add_field(
      {"registration", {"standard"}, "field_role", "entity_reference", -1, "taxonomy_term"});
}

std::string components_yaml(const People::Options& options) {
  return R"(
components:
  course:
    sources:
      - bundle: course
        fields: { fullname: title, shortname: field_shortname }
)" + options.courses +
         R"(
  users:
    sources:
      - fields: { firstname: field_first_name, lastname: field_last_name, city: field_city)" +
         options.fields + R"( }
        customfields:
          matriculation: "profile:student:field_matriculation"
          programme: "profile:student:field_programme"
        exclude_roles: [administrator]
)" + options.users +
         R"(
  cohorts:
    cohorts:
      - vocabulary: cohorts
)" + options.cohorts +
         R"(
    members:
      - field: ")" +
         options.members + R"("
  enrollments:
    sources:
      - bundle: course
        participants:
          - { field: field_participants, role: 3 }
          - { field: field_assistants, role: 4 }
)" + options.enrollments +
         R"(
        registrations:
          - type: standard
            role_field: field_role
)" + options.registration;
}

SyncRig::Options rig_options(const People::Options& options) {
  SyncRig::Options rig;
  rig.model = [&options](DrupalSite& site) {
    build_model(site);
    if (options.model) options.model(site);
  };
  rig.components = components_yaml(options);
  rig.sweeps = options.sweeps;
  rig.log = options.log;
  return rig;
}

Fields named(const std::string& name, Fields fields) {
  fields.try_emplace("field_first_name", Items{"Given" + name});
  fields.try_emplace("field_last_name", Items{"Family" + name});
  return fields;
}

}  // namespace

People::People(const Options& options) : rig_(rig_options(options)) {}

std::int64_t People::user(const std::string& name, Fields fields, BaseValues base) {
  base.try_emplace("mail", name + "@example.org");
  return drupal().create_user(name, named(name, std::move(fields)), std::move(base));
}

std::vector<std::int64_t> People::users(const std::string& prefix, int count) {
  std::vector<NewEntity> many;
  for (int i = 1; i <= count; ++i) {
    const std::string name = prefix + std::to_string(i);
    many.push_back(
        {"user", {{"name", name}, {"mail", name + "@example.org"}}, named(name, {}), ""});
  }
  return drupal().create_many("user", many);
}

std::int64_t People::student_profile(std::int64_t uid, Fields fields) {
  return drupal().create_profile("student", uid, std::move(fields));
}

std::int64_t People::cohort(const std::string& name) {
  return drupal().create_term("cohorts", name);
}

std::int64_t People::role(const std::string& name, sim::Id moodle_role) {
  return drupal().create_term("roles", name, {}, {{"field_moodle_id", {moodle_role}}});
}

std::int64_t People::course(const std::string& shortname, Fields fields) {
  fields["field_shortname"] = {shortname};
  return drupal().create_node("course", "Course " + shortname, std::move(fields));
}

std::int64_t People::registration(std::int64_t nid, std::int64_t uid, Fields fields,
                                  BaseValues base) {
  return drupal().create_registration("standard", nid, uid, std::move(fields), std::move(base));
}

void People::set_field(const EntityId& entity, const std::string& field, Items items) {
  drupal().save(entity, {.fields = {{field, std::move(items)}}});
  sync();
}

void People::set_base(const EntityId& entity, BaseValues base) {
  drupal().save(entity, {.base = std::move(base)});
  sync();
}

void People::remove(const EntityId& entity) {
  drupal().remove(entity.type, {entity.id});
  sync();
}

sim::User People::account(std::int64_t uid) {
  const auto state = moodle().state();
  const auto& ids = state->users.with(sim::Site::kUserIdnumber, std::to_string(uid));
  return ids.empty() ? sim::User{} : *state->users.find(*ids.begin());
}

sim::Cohort People::moodle_cohort(std::int64_t tid) {
  const auto state = moodle().state();
  const sim::Cohort* found = state->cohort_with_idnumber(std::to_string(tid));
  return found == nullptr ? sim::Cohort{} : *found;
}

sim::Id People::course_id(std::int64_t nid) {
  const auto state = moodle().state();
  const sim::Course* found = state->course_with_idnumber(std::to_string(nid));
  return found == nullptr ? 0 : found->id;
}

sim::Enrolment People::enrolment(std::int64_t nid, std::int64_t uid) {
  const sim::Id course = course_id(nid);
  const sim::Id user = account(uid).id;
  const auto state = moodle().state();
  const sim::Enrolment* found = state->enrolment_of(course, user);
  return found == nullptr ? sim::Enrolment{} : *found;
}

std::set<sim::Id> People::roles(std::int64_t nid, std::int64_t uid) {
  const sim::Id course = course_id(nid);
  const sim::Id user = account(uid).id;
  return moodle().state()->roles_of(course, user);
}

bool People::is_member(std::int64_t tid, std::int64_t uid) {
  const sim::Id cohort = moodle_cohort(tid).id;
  const sim::Id user = account(uid).id;
  return moodle().state()->is_member(cohort, user);
}

std::size_t People::accounts() {
  constexpr std::size_t kGuestAndAdmin = 2;
  return moodle().state()->users.size() - kGuestAndAdmin;
}

}  // namespace moodlesync::testsupport
