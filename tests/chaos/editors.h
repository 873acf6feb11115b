#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "chaos/dice.h"
#include "support/campus/campus_people.h"

namespace moodlesync::chaos {

/// The people who work in the campus's Drupal without a pause: they create, edit, move and delete
/// sections, courses, users, cohorts and registrations, and now and then save a stale form that
/// wipes a Moodle id. The same seed gives the same actions in the same order.
///
/// They keep to what a university does: short names and addresses are unique, and a section is
/// only deleted when nothing is in it. So whatever they do, Moodle can be brought in step with it.
class Editors {
 public:
  /// Puts the campus's fields into an empty site.
  Editors(testsupport::DrupalSite& drupal, Dice dice);

  /// The content of the first day.
  void move_in();
  /// One action; says in words what it was.
  std::string act();

 private:
  using Id = std::int64_t;
  struct Section {
    Id id = 0;
    Id parent = 0;
  };
  struct Course {
    Id id = 0;
    Id section = 0;
  };
  struct User {
    Id id = 0;
    Id profile = 0;
  };
  struct Registration {
    Id id = 0;
    Id course = 0;
    Id user = 0;
  };
  using Action = std::string (Editors::*)();

  std::string add_section();
  std::string rename_section();
  std::string move_section();
  std::string describe_section();
  std::string delete_section();
  std::string add_course();
  std::string edit_course();
  std::string move_course();
  std::string staff_course();
  std::string delete_course();
  std::string add_user();
  std::string edit_user();
  std::string edit_profile();
  std::string block_user();
  std::string regroup_user();
  std::string delete_user();
  std::string add_cohort();
  std::string rename_cohort();
  std::string delete_cohort();
  std::string register_user();
  std::string change_registration();
  std::string delete_registration();
  std::string wipe_an_id();

  std::string next_name(const char* kind);
  testsupport::Items some_users(std::size_t most);
  testsupport::Items some_cohorts();
  bool is_below(Id section, Id ancestor) const;

  testsupport::DrupalSite& drupal_;
  Dice dice_;
  testsupport::Campus campus_;
  testsupport::CampusPeople people_;
  std::vector<Id> roles_;
  std::vector<Section> sections_;
  std::vector<Course> courses_;
  std::vector<User> users_;
  std::vector<Id> cohorts_;
  std::vector<Registration> registrations_;
  std::set<std::string> wiped_;  ///< An id is put back a few times a day, so each is wiped once.
  int names_ = 0;
};

}  // namespace moodlesync::chaos
