// The rules of the category tree and of what hangs below a course or a user.
#include <algorithm>
#include <utility>

#include "support/moodle_sim/site.h"

namespace moodlesync::sim {

namespace {

constexpr Id kSortStep = 10000;  // Moodle 5.1, lib/datalib.php: fix_course_sortorder().

}  // namespace

Id Site::next_position() { return ++position_; }

std::string Site::path_of(const Category& category) const {
  const Category* parent = categories.find(category.parent);
  return (parent == nullptr ? std::string() : path_of(*parent)) + "/" + std::to_string(category.id);
}

int Site::depth_of(const Category& category) const {
  const Category* parent = categories.find(category.parent);
  return parent == nullptr ? 1 : depth_of(*parent) + 1;
}

bool Site::is_below(Id category, Id ancestor) const {
  for (const Category* row = categories.find(category); row != nullptr;
       row = categories.find(row->parent)) {
    if (row->id == ancestor) return true;
  }
  return false;
}

void Site::number_categories() {
  sortorders_.clear();
  Id next = 0;
  const auto visit = [&](const auto& self, Id parent) -> void {
    std::vector<const Category*> children;
    for (const Id id : categories.with(kCategoryParent, std::to_string(parent))) {
      children.push_back(categories.find(id));
    }
    std::sort(children.begin(), children.end(),
              [](const Category* a, const Category* b) { return a->position < b->position; });
    for (const Category* child : children) {
      sortorders_[child->id] = ++next * kSortStep;
      self(self, child->id);
    }
  };
  visit(visit, 0);
  tree_changed_ = false;
}

Id Site::sortorder_of(const Category& category) {
  if (tree_changed_) number_categories();
  return sortorders_[category.id];
}

Id Site::sortorder_of(const Course& course) {
  const Category* category = categories.find(course.category);
  if (category == nullptr) return course.id == 1 ? 1 : course.sequence;
  if (course.sequence == 0) return 0;
  return sortorder_of(*category) + 1 + category->course_seq - course.sequence;
}

Id Site::add_category(Category category) {
  const Category* parent = categories.find(category.parent);
  if (parent != nullptr && parent->visible == 0) category.visible = 0;
  category.position = next_position();
  tree_changed_ = true;
  return categories.insert(std::move(category));
}

void Site::hide_below(Id id) {
  Category category = *categories.find(id);
  category.visible = 0;
  categories.update(category);
  const std::string key = std::to_string(id);
  const std::set<Id> held = courses.with(kCourseCategory, key);
  for (const Id course_id : held) {
    Course course = *courses.find(course_id);
    course.visible = 0;
    courses.update(course);
  }
  const std::set<Id> children = categories.with(kCategoryParent, key);
  for (const Id child : children) hide_below(child);
}

void Site::move_category(Id id, Id parent) {
  Category category = *categories.find(id);
  category.parent = parent;
  category.position = next_position();
  categories.update(category);
  tree_changed_ = true;
  const Category* above = categories.find(parent);
  if (above != nullptr && above->visible == 0 && category.visible != 0) hide_below(id);
}

void Site::count_courses(Id id, Id difference) {
  const Category* found = categories.find(id);
  if (found == nullptr) return;
  Category category = *found;
  category.coursecount += difference;
  categories.update(category);
}

void Site::settle_copies() {
  const std::vector<Id> copies = std::exchange(unsorted_copies_, {});
  if (copies.empty()) return;
  for (const Id id : copies) {
    const Course* found = courses.find(id);
    if (found == nullptr) continue;
    Course course = *found;
    move_course(course, course.category);
    courses.update(course);
  }
  journal_.note([this, copies] { unsorted_copies_ = copies; });
}

void Site::move_course(Course& course, Id to) {
  if (course.sequence != 0) count_courses(course.category, -1);
  course.category = to;
  course.sequence = 1;
  if (const Category* found = categories.find(to)) {
    Category category = *found;
    course.sequence = ++category.course_seq;
    ++category.coursecount;
    categories.update(category);
  }
}

Id Site::add_course(Course course, bool sorted) {
  settle_copies();
  course.sequence = 0;
  if (sorted) move_course(course, course.category);
  const Id id = courses.insert(std::move(course));
  if (!sorted) unsorted_copies_.push_back(id);
  return id;
}

void Site::remove_enrolment(Id id) {
  const Enrolment gone = *enrolments.find(id);
  enrolments.erase(id);
  const std::string key = pair_key(gone.course, gone.user);
  if (!enrolments.with(kPair, key).empty()) return;
  const std::set<Id> roles = role_assignments.with(kPair, key);
  for (const Id role : roles) role_assignments.erase(role);
}

void Site::remove_course(Id id) {
  const Course gone = *courses.find(id);
  const std::string key = std::to_string(id);
  const std::set<Id> enrolled = enrolments.with(kOwner, key);
  for (const Id enrolment : enrolled) enrolments.erase(enrolment);
  const std::set<Id> roles = role_assignments.with(kOwner, key);
  for (const Id role : roles) role_assignments.erase(role);
  courses.erase(id);
  if (gone.sequence != 0) count_courses(gone.category, -1);
  std::erase(unsorted_copies_, id);
}

void Site::remove_user_traces(Id user) {
  const std::string key = std::to_string(user);
  const std::set<Id> enrolled = enrolments.with(kUser, key);
  for (const Id enrolment : enrolled) enrolments.erase(enrolment);
  const std::set<Id> roles = role_assignments.with(kUser, key);
  for (const Id role : roles) role_assignments.erase(role);
  const std::set<Id> memberships = cohort_members.with(kUser, key);
  for (const Id membership : memberships) cohort_members.erase(membership);
}

}  // namespace moodlesync::sim
