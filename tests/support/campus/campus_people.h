#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/campus/campus.h"

namespace moodlesync::testsupport {

/// The people of a campus: users with student profiles, cohorts, registrations with three roles,
/// lecturers and assistants of courses.
class CampusPeople {
 public:
  /// Adds the vocabularies, types and fields to the campus's site; no content yet.
  explicit CampusPeople(Campus& campus);

  void add_cohorts(int count);
  void add_roles();  ///< Student (5), tutor (4), teacher (3).
  /// Every user has a profile and is in one or two cohorts; some are blocked.
  void add_users(int count);
  /// `per_user` each, in different courses; one of 20 is cancelled.
  void add_registrations(int per_user);
  /// Up to three lecturers and an assistant for each course.
  void add_participants();

  [[nodiscard]] const std::vector<std::int64_t>& cohorts() const { return cohorts_; }
  [[nodiscard]] const std::vector<std::int64_t>& users() const { return users_; }
  [[nodiscard]] const std::vector<std::int64_t>& profiles() const { return profiles_; }
  [[nodiscard]] const std::vector<std::int64_t>& registrations() const { return registrations_; }
  [[nodiscard]] std::int64_t teacher_role() const { return roles_.at(2); }

  /// What to append to Campus::components_yaml().
  [[nodiscard]] static std::string components_yaml();

 private:
  [[nodiscard]] NewEntity new_user(std::size_t number) const;

  Campus& campus_;
  DrupalSite& site_;
  std::vector<std::int64_t> cohorts_;
  std::vector<std::int64_t> roles_;
  std::vector<std::int64_t> users_;
  std::vector<std::int64_t> profiles_;
  std::vector<std::int64_t> registrations_;
};

}  // namespace moodlesync::testsupport
