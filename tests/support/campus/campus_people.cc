#include "support/campus/campus_people.h"

#include <array>

namespace moodlesync::testsupport {

namespace {

constexpr std::array<const char*, 6> kFirstNames{"Jürgen", "Ana María", "Seán",
                                                 "Łucja",  "Дарья",     "葵"};
constexpr std::array<const char*, 5> kLastNames{"Müller-Lüdenscheidt", "O'Brien", "Sørensen & Sohn",
                                                "von und zu Berg", "Núñez"};
constexpr std::array<const char*, 4> kCities{"Wien", "Kraków", "São Paulo", ""};

void add_fields(DrupalSite& site) {
  for (const char* name : {"field_moodle_id", "field_first_name", "field_last_name", "field_city"})
    site.add_field({"user", {"user"}, name, "string"});
  site.add_field({"user", {"user"}, "field_cohorts", "entity_reference", -1, "taxonomy_term"});
  site.add_field({"profile", {"student"}, "field_matriculation", "string"});
  site.add_field({"profile", {"student"}, "field_programme", "string"});
  site.add_field({"node", {"course"}, "field_lecturers", "entity_reference", -1, "user"});
  site.add_field({"node", {"course"}, "field_assistants", "entity_reference", -1, "user"});
  site.add_field(
      {"registration", {"standard"}, "field_role", "entity_reference", -1, "taxonomy_term"});
}

Items item(const std::string& text) { return text.empty() ? Items{} : Items{text}; }

}  // namespace

CampusPeople::CampusPeople(Campus& campus) : campus_(campus), site_(campus.site()) {
  site_.add_vocabulary("cohorts");
  site_.add_vocabulary("roles");
  site_.add_profile_type("student");
  site_.add_registration_type("standard");
  add_fields(site_);
}

void CampusPeople::add_cohorts(int count) {
  for (int i = 0; i < count; ++i) {
    const std::string number = std::to_string(cohorts_.size() + 1);
    BaseValues base;
    if (i % 2 == 0) {
      base["description__value"] = "<p>Gruppe " + number + " &amp; Freunde</p>";
      base["description__format"] = "basic_html";
    }
    cohorts_.push_back(site_.create_term("cohorts", "Jahrgang <b>" + number + "</b> & Co", {}, {},
                                         std::move(base)));
  }
}

void CampusPeople::add_roles() {
  constexpr std::array<std::pair<const char*, std::int64_t>, 3> kRoles{
      {{"Studierende", 5}, {"Tutorin", 4}, {"Lehrende", 3}}};
  for (const auto& [name, id] : kRoles) {
    roles_.push_back(site_.create_term("roles", name, {}, {{"field_moodle_id", {id}}}));
  }
}

NewEntity CampusPeople::new_user(std::size_t number) const {
  NewEntity user;
  user.bundle = "user";
  const std::string name = "Person." + std::to_string(number);
  user.base = {
      {"name", name}, {"mail", name + "@Campus.example"}, {"status", number % 50 == 0 ? "0" : "1"}};
  user.fields["field_first_name"] = {kFirstNames.at(number % kFirstNames.size())};
  user.fields["field_last_name"] = {kLastNames.at(number % kLastNames.size())};
  user.fields["field_city"] = item(kCities.at(number % kCities.size()));
  if (cohorts_.empty()) return user;
  user.fields["field_cohorts"] = {cohorts_.at(number % cohorts_.size())};
  if (number % 4 == 0)
    user.fields["field_cohorts"].emplace_back(cohorts_.at((number + 7) % cohorts_.size()));
  return user;
}

void CampusPeople::add_users(int count) {
  std::vector<NewEntity> many;
  for (int i = 0; i < count; ++i) many.push_back(new_user(users_.size() + many.size() + 1));
  const auto uids = site_.create_many("user", many);
  users_.insert(users_.end(), uids.begin(), uids.end());
  std::vector<NewEntity> profiles;
  for (const std::int64_t uid : uids) {
    profiles.push_back({"student",
                        {{"uid", std::to_string(uid)}},
                        {{"field_matriculation", {"0" + std::to_string(1'000'000 + uid)}},
                         {"field_programme", item(uid % 3 == 0 ? "" : "Kunst & Technik")}},
                        ""});
  }
  const auto ids = site_.create_many("profile", profiles);
  profiles_.insert(profiles_.end(), ids.begin(), ids.end());
}

void CampusPeople::add_registrations(int per_user) {
  const auto& courses = campus_.courses();
  std::vector<NewEntity> many;
  for (std::size_t i = 0; i < users_.size() * static_cast<std::size_t>(per_user); ++i) {
    const std::size_t user = i % users_.size();
    const std::size_t course = (user * 7 + i / users_.size() * 61) % courses.size();
    NewEntity registration;
    registration.bundle = "standard";
    registration.base = {{"entity_id", std::to_string(courses.at(course))},
                         {"user_uid", std::to_string(users_.at(user))},
                         {"state", i % 20 == 19 ? "canceled" : "complete"}};
    // Without a role: the default one.
    if (i % 5 != 0) registration.fields["field_role"] = {roles_.at(i % 9 < 6 ? 0 : i % 3)};
    many.push_back(std::move(registration));
  }
  const auto ids = site_.create_many("registration", many);
  registrations_.insert(registrations_.end(), ids.begin(), ids.end());
}

void CampusPeople::add_participants() {
  const auto& courses = campus_.courses();
  for (std::size_t i = 0; i < courses.size(); ++i) {
    Items lecturers;
    for (std::size_t j = 0; j <= i % 3; ++j)
      lecturers.emplace_back(users_.at((i * 11 + j * 3) % users_.size()));
    site_.save_node(courses[i],
                    {.fields = {{"field_lecturers", std::move(lecturers)},
                                {"field_assistants", {users_.at((i * 13 + 5) % users_.size())}}}});
  }
}

std::string CampusPeople::components_yaml() {
  return R"(
  users:
    sources:
      - fields: { firstname: field_first_name, lastname: field_last_name, city: field_city }
        customfields:
          matriculation: "profile:student:field_matriculation"
          programme: "profile:student:field_programme"
        exclude_roles: [administrator]
        delete: suspend
  cohorts:
    cohorts:
      - vocabulary: cohorts
    members:
      - field: field_cohorts
  enrollments:
    sources:
      - bundle: course
        registrations:
          - type: standard
            role_field: field_role
            active_states: [pending, complete]
        participants:
          - { field: field_lecturers, role: 3 }
          - { field: field_assistants, role: 4 }
)";
}

}  // namespace moodlesync::testsupport
