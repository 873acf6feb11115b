#include "chaos/editors.h"

#include <algorithm>
#include <array>
#include <map>

namespace moodlesync::chaos {

namespace {

using testsupport::Fields;
using testsupport::Item;
using testsupport::Items;

constexpr std::array<const char*, 6> kWords{"Künste & Medien",      "a < b: Ordnungen", "Методы",
                                            "Projekt <i>Labor</i>", "日本語",           "Größen"};

Item html(const std::string& text) {
  return Item(std::map<std::string, std::string>{{"value", text}, {"format", "basic_html"}});
}

std::string two_digits(std::size_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

template <class T>
void drop(std::vector<T>& from, std::size_t at) {
  from.erase(from.begin() + static_cast<std::ptrdiff_t>(at));
}

std::string said(const char* what, std::int64_t id) { return what + (" " + std::to_string(id)); }

}  // namespace

Editors::Editors(testsupport::DrupalSite& drupal, Dice dice)
    : drupal_(drupal), dice_(dice), campus_(drupal), people_(campus_) {}

void Editors::move_in() {
  for (const std::int64_t role : {5, 4, 3}) {
    roles_.push_back(drupal_.create_term("roles", "Rolle " + std::to_string(role), {},
                                         {{"field_moodle_id", {role}}}));
  }
  campus_.add_templates(2);
  for (int i = 0; i < 4; ++i) add_cohort();
  for (int i = 0; i < 8; ++i) add_section();
  for (int i = 0; i < 15; ++i) add_user();
  for (int i = 0; i < 10; ++i) add_course();
  for (int i = 0; i < 15; ++i) register_user();
}

std::string Editors::act() {
  struct Choice {
    std::size_t weight;
    Action action;
  };
  static constexpr auto kChoices = std::to_array<Choice>({
      {5, &Editors::add_section},
      {4, &Editors::rename_section},
      {5, &Editors::move_section},
      {3, &Editors::describe_section},
      {3, &Editors::delete_section},
      {8, &Editors::add_course},
      {12, &Editors::edit_course},
      {6, &Editors::move_course},
      {7, &Editors::staff_course},
      {4, &Editors::delete_course},
      {7, &Editors::add_user},
      {7, &Editors::edit_user},
      {4, &Editors::edit_profile},
      {3, &Editors::block_user},
      {6, &Editors::regroup_user},
      {2, &Editors::delete_user},
      {2, &Editors::add_cohort},
      {2, &Editors::rename_cohort},
      {1, &Editors::delete_cohort},
      {9, &Editors::register_user},
      {6, &Editors::change_registration},
      {4, &Editors::delete_registration},
      {3, &Editors::wipe_an_id},
  });
  std::size_t all = 0;
  for (const Choice& choice : kChoices) all += choice.weight;
  for (;;) {
    std::size_t drawn = dice_.below(all);
    const auto* chosen = kChoices.begin();
    while (drawn >= chosen->weight) drawn -= chosen++->weight;
    // Empty: there is nothing that it could be done to.
    if (std::string done = (this->*chosen->action)(); !done.empty()) return done;
  }
}

std::string Editors::next_name(const char* kind) {
  return std::string(kind) + " " + kWords.at(dice_.below(kWords.size())) + " " +
         std::to_string(++names_);
}

bool Editors::is_below(Id section, Id ancestor) const {
  while (section != 0) {
    if (section == ancestor) return true;
    section = std::ranges::find(sections_, section, &Section::id)->parent;
  }
  return false;
}

std::string Editors::add_section() {
  const Id parent =
      sections_.empty() || dice_.percent(30) ? 0 : sections_[dice_.below(sections_.size())].id;
  Fields fields;
  if (dice_.percent(60)) fields["field_description"] = {html("<p>Neu &amp; gut</p>")};
  const Id id =
      drupal_.create_term("sections", next_name("Bereich"),
                          parent == 0 ? std::vector<Id>{} : std::vector{parent}, std::move(fields));
  sections_.push_back({id, parent});
  return said("section added:", id);
}

std::string Editors::rename_section() {
  if (sections_.empty()) return {};
  const Id id = dice_.one_of(sections_).id;
  drupal_.save_term(id, {.base = {{"name", next_name("Bereich")}}});
  return said("section renamed:", id);
}

std::string Editors::move_section() {
  if (sections_.empty()) return {};
  Section& section = sections_[dice_.below(sections_.size())];
  const Id to = dice_.percent(25) ? 0 : dice_.one_of(sections_).id;
  if (to == section.parent || is_below(to, section.id)) return {};
  drupal_.save_term(section.id, {.fields = {{"parent", {to}}}});
  section.parent = to;
  return said("section moved:", section.id);
}

std::string Editors::describe_section() {
  if (sections_.empty()) return {};
  const Id id = dice_.one_of(sections_).id;
  Items description;
  if (dice_.percent(60)) description = {html("<p>" + next_name("Text") + "</p>")};
  drupal_.save_term(id, {.fields = {{"field_description", std::move(description)}}});
  return said("section described:", id);
}

std::string Editors::delete_section() {
  if (sections_.empty()) return {};
  const std::size_t at = dice_.below(sections_.size());
  const Id id = sections_[at].id;
  const bool in_use =
      std::ranges::any_of(sections_, [id](const Section& one) { return one.parent == id; }) ||
      std::ranges::any_of(courses_, [id](const Course& one) { return one.section == id; });
  if (in_use) return {};
  drupal_.remove("taxonomy_term", {id});
  drop(sections_, at);
  return said("section deleted:", id);
}

std::string Editors::add_course() {
  Fields fields;
  fields["field_shortname"] = {"K-" + std::to_string(++names_)};
  fields["field_start"] = {"2026-" + two_digits(1 + dice_.below(12)) + "-01T08:00:00"};
  fields["field_visible"] = {dice_.percent(80) ? "1" : "0"};
  if (dice_.percent(50)) fields["field_summary"] = {html("<p>Inhalt: x < y</p>")};
  if (dice_.percent(50)) fields["field_lecturer"] = {"Dr. Müller-Lüdenscheidt & Co"};
  if (dice_.percent(20)) fields["field_template"] = {dice_.one_of(campus_.templates())};
  if (dice_.percent(60)) fields["field_lecturers"] = some_users(2);
  const Id section =
      sections_.empty() || dice_.percent(10) ? 0 : sections_[dice_.below(sections_.size())].id;
  if (section != 0) fields["field_category"] = {section};
  const Id id = drupal_.create_node("course", next_name("Kurs"), std::move(fields));
  courses_.push_back({id, section});
  return said("course added:", id);
}

std::string Editors::edit_course() {
  if (courses_.empty()) return {};
  const Id id = dice_.one_of(courses_).id;
  testsupport::Changes changes;
  switch (dice_.below(6)) {
    case 0:
      changes.base["title"] = next_name("Kurs");
      break;
    case 1:
      changes.fields["field_shortname"] = {"K-" + std::to_string(++names_)};
      break;
    case 2:
      changes.fields["field_visible"] = {dice_.percent(50) ? "1" : "0"};
      break;
    case 3:
      changes.fields["field_ects"] = {std::to_string(dice_.below(30))};
      break;
    case 4:
      changes.fields["field_end"] = {"2027-" + two_digits(1 + dice_.below(12)) + "-28T20:00:00"};
      break;
    default:
      changes.fields["field_summary"] =
          dice_.percent(40) ? Items{} : Items{html("<p>" + next_name("Inhalt") + "</p>")};
  }
  drupal_.save_node(id, changes, {.new_revision = dice_.percent(50)});
  return said("course edited:", id);
}

std::string Editors::move_course() {
  if (courses_.empty() || sections_.empty()) return {};
  Course& course = courses_[dice_.below(courses_.size())];
  course.section = dice_.one_of(sections_).id;
  drupal_.save_node(course.id, {.fields = {{"field_category", {course.section}}}});
  return said("course moved:", course.id);
}

std::string Editors::staff_course() {
  if (courses_.empty()) return {};
  const Id id = dice_.one_of(courses_).id;
  const char* const field = dice_.percent(60) ? "field_lecturers" : "field_assistants";
  drupal_.save_node(id, {.fields = {{field, some_users(3)}}});
  return said("course staffed:", id);
}

std::string Editors::delete_course() {
  if (courses_.size() < 4) return {};
  const std::size_t at = dice_.below(courses_.size());
  const Id id = courses_[at].id;
  drupal_.remove("node", {id});
  drop(courses_, at);
  std::erase_if(registrations_, [id](const Registration& one) { return one.course == id; });
  return said("course deleted:", id);
}

Items Editors::some_users(std::size_t most) {
  std::set<Id> chosen;
  const std::size_t count = dice_.below(most + 1);
  for (std::size_t i = 0; i < count && !users_.empty(); ++i) chosen.insert(dice_.one_of(users_).id);
  return {chosen.begin(), chosen.end()};
}

Items Editors::some_cohorts() {
  std::set<Id> chosen;
  const std::size_t count = dice_.below(3);
  for (std::size_t i = 0; i < count && !cohorts_.empty(); ++i)
    chosen.insert(dice_.one_of(cohorts_));
  return {chosen.begin(), chosen.end()};
}

std::string Editors::add_user() {
  const std::string name = "Person." + std::to_string(++names_);
  Fields fields{{"field_first_name", {"Jürgen"}},
                {"field_last_name", {"O'Brien & Sohn"}},
                {"field_cohorts", some_cohorts()}};
  if (dice_.percent(50)) fields["field_city"] = {"Wien"};
  const Id id = drupal_.create_user(
      name, std::move(fields),
      {{"mail", name + "@Campus.example"}, {"status", dice_.percent(90) ? "1" : "0"}});
  const Id profile = drupal_.create_profile(
      "student", id,
      {{"field_matriculation", {"0" + std::to_string(names_)}}, {"field_programme", {"Kunst"}}});
  users_.push_back({id, profile});
  return said("user added:", id);
}

std::string Editors::edit_user() {
  if (users_.empty()) return {};
  const Id id = dice_.one_of(users_).id;
  const std::string name = "Person." + std::to_string(++names_);
  testsupport::Changes changes;
  switch (dice_.below(4)) {
    case 0:
      changes.base["name"] = name;
      break;
    case 1:
      changes.base["mail"] = name + "@Campus.example";
      break;
    case 2:
      changes.fields["field_city"] = dice_.percent(50) ? Items{"Kraków"} : Items{};
      break;
    default:
      changes.fields["field_last_name"] = {"Núñez " + std::to_string(names_)};
  }
  drupal_.save_user(id, changes);
  return said("user edited:", id);
}

std::string Editors::edit_profile() {
  if (users_.empty()) return {};
  const Id id = dice_.one_of(users_).profile;
  Items programme;
  if (dice_.percent(70)) programme = {"Kunst & Technik " + std::to_string(++names_)};
  drupal_.save({"profile", id}, {.fields = {{"field_programme", std::move(programme)}}});
  return said("profile edited:", id);
}

std::string Editors::block_user() {
  if (users_.empty()) return {};
  const Id id = dice_.one_of(users_).id;
  drupal_.save_user(id, {.base = {{"status", dice_.percent(50) ? "1" : "0"}}});
  return said("user blocked or unblocked:", id);
}

std::string Editors::regroup_user() {
  if (users_.empty()) return {};
  const Id id = dice_.one_of(users_).id;
  drupal_.save_user(id, {.fields = {{"field_cohorts", some_cohorts()}}});
  return said("user's cohorts changed:", id);
}

std::string Editors::delete_user() {
  if (users_.size() < 6) return {};
  const std::size_t at = dice_.below(users_.size());
  const User user = users_[at];
  drupal_.remove("profile", {user.profile});
  drupal_.remove("user", {user.id});
  drop(users_, at);
  std::erase_if(registrations_, [&](const Registration& one) { return one.user == user.id; });
  return said("user deleted:", user.id);
}

std::string Editors::add_cohort() {
  testsupport::BaseValues base;
  if (dice_.percent(50)) {
    base["description__value"] = "<p>Gruppe &amp; Freunde</p>";
    base["description__format"] = "basic_html";
  }
  cohorts_.push_back(
      drupal_.create_term("cohorts", next_name("Jahrgang"), {}, {}, std::move(base)));
  return said("cohort added:", cohorts_.back());
}

std::string Editors::rename_cohort() {
  if (cohorts_.empty()) return {};
  const Id id = dice_.one_of(cohorts_);
  drupal_.save_term(id, {.base = {{"name", next_name("Jahrgang")}}});
  return said("cohort renamed:", id);
}

std::string Editors::delete_cohort() {
  if (cohorts_.size() < 3) return {};
  const std::size_t at = dice_.below(cohorts_.size());
  const Id id = cohorts_[at];
  drupal_.remove("taxonomy_term", {id});
  drop(cohorts_, at);
  return said("cohort deleted:", id);
}

std::string Editors::register_user() {
  if (users_.empty() || courses_.empty()) return {};
  const Id user = dice_.one_of(users_).id;
  const Id course = dice_.one_of(courses_).id;
  Fields fields;
  if (dice_.percent(70)) fields["field_role"] = {dice_.one_of(roles_)};
  const Id id =
      drupal_.create_registration("standard", course, user, std::move(fields),
                                  {{"state", dice_.percent(85) ? "complete" : "canceled"}});
  registrations_.push_back({id, course, user});
  return said("registration added:", id);
}

std::string Editors::change_registration() {
  if (registrations_.empty()) return {};
  const Id id = dice_.one_of(registrations_).id;
  testsupport::Changes changes;
  if (dice_.percent(50)) {
    changes.base["state"] = dice_.percent(50) ? "complete" : "canceled";
  } else {
    changes.fields["field_role"] = {dice_.one_of(roles_)};
  }
  drupal_.save({"registration", id}, changes);
  return said("registration changed:", id);
}

std::string Editors::delete_registration() {
  if (registrations_.empty()) return {};
  const std::size_t at = dice_.below(registrations_.size());
  const Id id = registrations_[at].id;
  drupal_.remove("registration", {id});
  drop(registrations_, at);
  return said("registration deleted:", id);
}

std::string Editors::wipe_an_id() {
  testsupport::EntityId entity{"node", 0};
  switch (dice_.below(3)) {
    case 0:
      if (!courses_.empty()) entity.id = dice_.one_of(courses_).id;
      break;
    case 1:
      if (!sections_.empty()) entity = {"taxonomy_term", dice_.one_of(sections_).id};
      break;
    default:
      if (!users_.empty()) entity = {"user", dice_.one_of(users_).id};
  }
  const std::string name = entity.type + ":" + std::to_string(entity.id);
  if (entity.id == 0 || !wiped_.insert(name).second) return {};
  drupal_.save(entity, {.fields = {{"field_moodle_id", {}}}});
  return "Moodle id wiped: " + name;
}

}  // namespace moodlesync::chaos
