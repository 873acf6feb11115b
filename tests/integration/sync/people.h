#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "support/sync_rig/sync_rig.h"

namespace moodlesync::testsupport {

/// A small school: users with profiles, cohorts, courses, registrations and participants, and the
/// configuration that syncs all of them. For tests about people.
class People {
 public:
  struct Options {
    std::string fields = {};   ///< Further entries of the users' `fields`: ", lang: field_x".
    std::string users = {};    ///< Further keys of the users' source, 8 blanks deep.
    std::string courses = {};  ///< Further keys of the courses' source, 8 blanks deep.
    std::string cohorts = {};  ///< Further keys of the cohorts' source, 8 blanks deep.
    std::string members = "field_cohorts";  ///< The path that says who is in a cohort.
    std::string enrollments = {};   ///< Further keys of the enrolments' source, 8 blanks deep.
    std::string registration = {};  ///< Further keys of the registration type, 12 blanks deep.
    std::function<void(DrupalSite&)> model = {};  ///< Further fields and types.
    bool sweeps = false;                          ///< As SyncRig::Options::sweeps.
    std::ostream* log = nullptr;                  ///< As SyncRig::Options::log.
  };
  People() : People(Options{}) {}
  explicit People(const Options& options);

  /// "NAME@example.org"; `fields` and `base` come on top of a first and a last name.
  std::int64_t user(const std::string& name, Fields fields = {}, BaseValues base = {});
  std::vector<std::int64_t> users(const std::string& prefix, int count);
  std::int64_t student_profile(std::int64_t uid, Fields fields);
  std::int64_t cohort(const std::string& name);
  /// A term whose field_moodle_id is the number of a role in Moodle.
  std::int64_t role(const std::string& name, sim::Id moodle_role);
  std::int64_t course(const std::string& shortname, Fields fields = {});
  std::int64_t registration(std::int64_t nid, std::int64_t uid, Fields fields = {},
                            BaseValues base = {});

  /// Saves one field of an entity, or empties it, and brings Moodle in step.
  void set_field(const EntityId& entity, const std::string& field, Items items);
  void set_base(const EntityId& entity, BaseValues base);
  void remove(const EntityId& entity);

  /// As Moodle has them now; with id 0 when it has none.
  [[nodiscard]] sim::User account(std::int64_t uid);
  [[nodiscard]] sim::Cohort moodle_cohort(std::int64_t tid);
  [[nodiscard]] sim::Id course_id(std::int64_t nid);
  [[nodiscard]] sim::Enrolment enrolment(std::int64_t nid, std::int64_t uid);
  [[nodiscard]] std::set<sim::Id> roles(std::int64_t nid, std::int64_t uid);
  [[nodiscard]] bool is_member(std::int64_t tid, std::int64_t uid);
  /// How many Moodle has beside its own guest and admin.
  [[nodiscard]] std::size_t accounts();

  void sync() { rig_.sync(); }
  [[nodiscard]] DrupalSite& drupal() { return rig_.drupal(); }
  [[nodiscard]] sim::MoodleSim& moodle() { return rig_.moodle(); }
  [[nodiscard]] SyncRig& rig() { return rig_; }

  static constexpr sim::Id kTeacher = 3;
  static constexpr sim::Id kAssistant = 4;
  static constexpr sim::Id kStudent = 5;

 private:
  SyncRig rig_;
};

}  // namespace moodlesync::testsupport
