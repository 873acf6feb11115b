#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/moodle_sim/rows.h"
#include "support/moodle_sim/table.h"

namespace moodlesync::sim {

/// The database of the simulated Moodle: its tables, and the few rules that several functions
/// share.
///
/// A fresh site has the site course (1), one category (1), the guest (1) and the admin (2).
/// Threads: none of its own; reach it through MoodleSim::state(), which holds the lock.
class Site {
 public:
  Site();
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  /// All or nothing: what is not committed is undone at the end of the scope.
  class Transaction {
   public:
    explicit Transaction(Site& site);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

   private:
    Site& site_;
    bool open_ = true;
  };

 private:
  Journal journal_;  // First: the tables below refer to it.

 public:
  enum CategoryIndex : unsigned { kCategoryIdnumber, kCategoryParent };
  enum CourseIndex : unsigned { kCourseShortname, kCourseIdnumber, kCourseCategory };
  enum UserIndex : unsigned { kUsername, kUserIdnumber, kUserEmail, kUserEmailAnyCase };
  enum PairIndex : unsigned { kPair, kOwner, kUser };  ///< (course|cohort, user), either alone.
  enum CohortIndex : unsigned { kCohortIdnumber };

  Table<Category> categories;
  Table<Course> courses;
  Table<User> users;
  Table<Enrolment> enrolments;
  Table<RoleAssignment> role_assignments;
  Table<Cohort> cohorts;
  Table<CohortMember> cohort_members;
  std::vector<Mail> mails;  ///< Never undone: mail leaves after the commit.

  static std::string pair_key(Id owner, Id user);

  [[nodiscard]] const Category* category_with_idnumber(const std::string& idnumber) const;
  [[nodiscard]] const Course* course_with_idnumber(const std::string& idnumber) const;
  [[nodiscard]] const Course* course_with_shortname(const std::string& shortname) const;
  [[nodiscard]] const User* user_with_username(const std::string& username) const;
  [[nodiscard]] const Cohort* cohort_with_idnumber(const std::string& idnumber) const;
  [[nodiscard]] const Enrolment* enrolment_of(Id course, Id user) const;  ///< The manual one.
  [[nodiscard]] std::set<Id> roles_of(Id course, Id user) const;
  [[nodiscard]] bool is_member(Id cohort, Id user) const;

  /// "/1/4/7" and 3; computed, because moving a category changes all below it.
  [[nodiscard]] std::string path_of(const Category& category) const;
  [[nodiscard]] int depth_of(const Category& category) const;
  [[nodiscard]] Id sortorder_of(const Category& category);
  [[nodiscard]] Id sortorder_of(const Course& course);
  [[nodiscard]] bool is_below(Id category, Id ancestor) const;

  Id add_category(Category category);
  /// Puts the category last below its new parent; a hidden parent hides it and all it holds.
  void move_category(Id category, Id parent);
  /// Puts a new course into its category and counts it. `sorted` is false for a fresh copy, whose
  /// place and count Moodle only corrects at the next write.
  Id add_course(Course course, bool sorted = true);
  void move_course(Course& course, Id category);
  void remove_course(Id course);
  void remove_enrolment(Id enrolment);
  void remove_user_traces(Id user);

  Id next_position();

 private:
  void hide_below(Id category);
  void count_courses(Id category, Id difference);
  void settle_copies();
  void number_categories();
  void add_first_rows();

  Id position_ = 0;
  bool tree_changed_ = true;
  std::map<Id, Id> sortorders_;
  std::vector<Id> unsorted_copies_;
};

}  // namespace moodlesync::sim
