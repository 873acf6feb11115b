#include "support/moodle_sim/site.h"

#include <algorithm>
#include <utility>

namespace moodlesync::sim {

namespace {

std::string category_idnumber(const Category& row) { return row.idnumber.value_or(""); }
std::string category_parent(const Category& row) { return std::to_string(row.parent); }
std::string course_shortname(const Course& row) { return row.shortname; }
std::string course_idnumber(const Course& row) { return row.idnumber; }
std::string course_category(const Course& row) { return std::to_string(row.category); }
std::string username(const User& row) { return row.username; }
std::string user_idnumber(const User& row) { return row.idnumber; }
std::string user_email(const User& row) { return row.email; }
std::string cohort_idnumber(const Cohort& row) { return row.idnumber; }

std::string email_any_case(const User& row) {
  std::string email = row.email;
  std::transform(email.begin(), email.end(), email.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return email;
}

template <typename Row>
std::string course_user(const Row& row) {
  return Site::pair_key(row.course, row.user);
}
template <typename Row>
std::string by_course(const Row& row) {
  return std::to_string(row.course);
}
template <typename Row>
std::string by_user(const Row& row) {
  return std::to_string(row.user);
}
std::string cohort_user(const CohortMember& row) { return Site::pair_key(row.cohort, row.user); }
std::string by_cohort(const CohortMember& row) { return std::to_string(row.cohort); }

template <typename Row>
const Row* first(const Table<Row>& table, const std::set<Id>& ids) {
  return ids.empty() ? nullptr : table.find(*ids.begin());
}

}  // namespace

Site::Transaction::Transaction(Site& site) : site_(site) { site_.journal_.begin(); }

Site::Transaction::~Transaction() {
  if (!open_) return;
  site_.journal_.roll_back();
  site_.tree_changed_ = true;
}

void Site::Transaction::commit() {
  open_ = false;
  site_.journal_.commit();
}

Site::Site()
    : categories(journal_, 1, {category_idnumber, category_parent}),
      courses(journal_, 1, {course_shortname, course_idnumber, course_category}),
      users(journal_, 1, {username, user_idnumber, user_email, email_any_case}),
      enrolments(journal_, 1, {course_user<Enrolment>, by_course<Enrolment>, by_user<Enrolment>}),
      role_assignments(
          journal_, 1,
          {course_user<RoleAssignment>, by_course<RoleAssignment>, by_user<RoleAssignment>}),
      cohorts(journal_, 1, {cohort_idnumber}),
      cohort_members(journal_, 1, {cohort_user, by_cohort, by_user<CohortMember>}) {
  add_first_rows();
}

void Site::add_first_rows() {
  Course site_course;
  site_course.fullname = "Moodle";
  site_course.shortname = "m";
  site_course.format = "site";
  site_course.summaryformat = 0;
  site_course.newsitems = 3;
  site_course.enablecompletion = 0;
  site_course.has_manual_enrolment = false;
  courses.insert(site_course);

  Category category;
  category.name = "Category 1";
  add_category(category);

  User guest;
  guest.username = "guest";
  guest.firstname = "Guest user";
  guest.lastname = " ";
  guest.email = "root@localhost";
  guest.texts["description"] =
      "This user is a special user that allows read-only access to some courses.";
  users.insert(guest);
  User admin;
  admin.username = "admin";
  admin.firstname = "Admin";
  admin.lastname = "User";
  admin.email = "admin@example.com";
  users.insert(admin);
}

std::string Site::pair_key(Id owner, Id user) {
  return std::to_string(owner) + ":" + std::to_string(user);
}

const Category* Site::category_with_idnumber(const std::string& idnumber) const {
  return first(categories, categories.with(kCategoryIdnumber, idnumber));
}

const Course* Site::course_with_idnumber(const std::string& idnumber) const {
  return first(courses, courses.with(kCourseIdnumber, idnumber));
}

const Course* Site::course_with_shortname(const std::string& shortname) const {
  return first(courses, courses.with(kCourseShortname, shortname));
}

const User* Site::user_with_username(const std::string& name) const {
  return first(users, users.with(kUsername, name));
}

const Cohort* Site::cohort_with_idnumber(const std::string& idnumber) const {
  return first(cohorts, cohorts.with(kCohortIdnumber, idnumber));
}

const Enrolment* Site::enrolment_of(Id course, Id user) const {
  for (const Id id : enrolments.with(kPair, pair_key(course, user))) {
    const Enrolment* row = enrolments.find(id);
    if (row->method == "manual") return row;
  }
  return nullptr;
}

std::set<Id> Site::roles_of(Id course, Id user) const {
  std::set<Id> roles;
  for (const Id id : role_assignments.with(kPair, pair_key(course, user))) {
    roles.insert(role_assignments.find(id)->role);
  }
  return roles;
}

bool Site::is_member(Id cohort, Id user) const {
  return !cohort_members.with(kPair, pair_key(cohort, user)).empty();
}

}  // namespace moodlesync::sim
