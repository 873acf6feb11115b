#include "contestants.h"

#include <map>
#include <stdexcept>

#include "support/campus/campus_people.h"

namespace moodlesync::bench {

namespace {

using testsupport::NewEntity;

/// The k-th of all pairs of a member and a course; each comes once.
struct Pair {
  std::size_t user;
  std::size_t course;
};
Pair pair_of(std::size_t k, std::size_t users, std::size_t courses) {
  const std::size_t user = k % users;
  return {user, (k / users + user * 7) % courses};
}

SyncRig::Options options(const SyncRig::MoodleAccess& moodle, const std::string& stamp,
                         Accounts accounts) {
  SyncRig::Options options;
  options.moodle = moodle;
  options.model = [](testsupport::DrupalSite& site) {
    testsupport::Campus campus(site);
    const testsupport::CampusPeople people(campus);
  };
  options.components =
      R"(
components:
  category:
    sources:
      - vocabulary: sections
        idnumber_prefix: )" +
      stamp + R"(-
  course:
    sources:
      - bundle: course
        idnumber_prefix: )" +
      stamp + R"(-
        fields: { fullname: title, shortname: field_shortname }
        category: { field: field_category }
  users:
    sources:
      - idnumber_prefix: )" +
      stamp + R"(-
        fields: { firstname: field_first_name, lastname: field_last_name, city: field_city }
        exclude_roles: [administrator]
        auth: )" +
      (accounts == Accounts::kWithPassword ? "manual\n        password: random" : "oauth2") +
      R"(
  enrollments:
    sources:
      - bundle: course
        registrations:
          - { type: standard, active_states: [complete] }
)";
  options.sweeps = true;
  options.keeps_running = true;
  return options;
}

}  // namespace

OurSite::OurSite(const SyncRig::MoodleAccess& moodle, std::string stamp, Accounts accounts)
    : stamp_(std::move(stamp)), rig_(options(moodle, stamp_, accounts)) {}

void OurSite::add_users(std::size_t count) {
  std::vector<NewEntity> many(count);
  for (NewEntity& user : many) {
    const std::string name = stamp_ + "our" + std::to_string(++users_made_);
    user.bundle = "user";
    user.base = {{"name", name}, {"mail", name + "@campus.example"}, {"status", "1"}};
    user.fields = {
        {"field_first_name", {"Given"}}, {"field_last_name", {"Family"}}, {"field_city", {"Wien"}}};
  }
  append(users_, "user", many);
}

void OurSite::add_courses(std::size_t count) {
  const auto category =
      rig_.drupal().create_term("sections", stamp_ + " ours " + std::to_string(courses_.size()));
  sync();
  std::vector<NewEntity> many(count);
  for (NewEntity& course : many) {
    const std::string name = stamp_ + "our" + std::to_string(++courses_made_);
    course.bundle = "course";
    course.base = {{"title", "Course " + name}};
    course.fields = {{"field_shortname", {name}}, {"field_category", {category}}};
  }
  append(courses_, "node", many);
}

void OurSite::add_enrolments(std::size_t count) {
  std::vector<NewEntity> many(count);
  for (NewEntity& registration : many) {
    const Pair pair = pair_of(enrolments_made_++, users_.size(), courses_.size());
    registration.bundle = "standard";
    registration.base = {{"entity_id", std::to_string(courses_.at(pair.course))},
                         {"user_uid", std::to_string(users_.at(pair.user))},
                         {"state", "complete"}};
  }
  std::vector<std::int64_t> ids;
  append(ids, "registration", many);
}

void OurSite::sync() {
  const engine::RunEnd end = rig_.sync();
  if (end.kind != engine::RunEnd::Kind::kIdle) throw std::runtime_error(end.message);
  if (rig_.tasks("parked") == 0) return;
  throw std::runtime_error(rig_.drupal().sql().text(
      "SELECT string_agg(DISTINCT entity_type || ': ' || message, E'\n') FROM moodle_sync.task "
      "WHERE state = 'parked'"));
}

void OurSite::append(std::vector<std::int64_t>& to, const std::string& type,
                     const std::vector<NewEntity>& many) {
  const auto ids = rig_.drupal().create_many(type, many);
  to.insert(to.end(), ids.begin(), ids.end());
  // What the saves leave to autovacuum would else fall into the time of whoever comes next.
  rig_.drupal().sql().script("VACUUM ANALYZE");
}

Load TheirLoads::users(std::size_t count, Accounts accounts) {
  const bool has_password = accounts == Accounts::kWithPassword;
  Load load{"core_user_create_users", "users", {}};
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = stamp_ + "their" + std::to_string(++made_);
    load.rows.push_back({{"username", name},
                         {"firstname", "Given"},
                         {"lastname", "Family"},
                         {"email", name + "@campus.example"},
                         {"auth", has_password ? "manual" : "oauth2"},
                         {"idnumber", name},
                         {"city", "Wien"}});
    if (has_password) load.rows.back().emplace_back("password", "Secret-" + name);
  }
  return load;
}

Load TheirLoads::courses(std::size_t count) {
  Load category{"core_course_create_categories", "categories", {}};
  category.rows.push_back(
      {{"name", stamp_ + " theirs " + std::to_string(++made_)}, {"parent", "0"}});
  const std::int64_t id = one_by_one(moodle_, category).ids.at(0);
  Load load{"core_course_create_courses", "courses", {}};
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = stamp_ + "their" + std::to_string(++made_);
    load.rows.push_back({{"fullname", "Course " + name},
                         {"shortname", name},
                         {"categoryid", std::to_string(id)},
                         {"idnumber", name}});
  }
  return load;
}

Load TheirLoads::enrolments(std::size_t count) {
  std::multimap<std::int64_t, std::int64_t> members;
  for (std::size_t i = 0; i < count; ++i) {
    const Pair pair = pair_of(enrolments_made_++, users_.size(), courses_.size());
    members.emplace(courses_.at(pair.course), users_.at(pair.user));
  }
  Load load{"enrol_manual_enrol_users", "enrolments", {}};
  for (const auto& [course, user] : members) {
    load.rows.push_back({{"roleid", "5"},
                         {"userid", std::to_string(user)},
                         {"courseid", std::to_string(course)},
                         {"timestart", "0"},
                         {"timeend", "0"},
                         {"suspend", "0"}});
  }
  return load;
}

}  // namespace moodlesync::bench
