#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "moodlesync/outcome.h"

namespace moodlesync::enrollments {

/// A user in both systems, for messages: never his name.
struct Person {
  std::int64_t user = 0;  ///< In Drupal.
  MoodleId moodle_id;     ///< 0: none.
};

/// Counts what became of a course's rows and makes one outcome of it.
///
/// What can be repeated at once goes before what must wait, and waiting before a refusal: a parked
/// task would leave out everybody who is still to come.
class Tally {
 public:
  /// Moodle has taken a row.
  void succeed() { has_succeeded_ = true; }
  /// Moodle refused a row of one user. `unknown_course`: in the way it does when it has no such
  /// course.
  void fail(const Person& person, Error error, bool unknown_course = false);
  /// Something that concerns all of them failed.
  void fail(Error error);

  /// Every row was refused as for a course that does not exist.
  [[nodiscard]] bool is_course_unknown() const;
  /// `about` begins every message. `waiting`: somebody is still missing in Moodle.
  [[nodiscard]] Outcome outcome(const std::string& about, std::optional<Waiting> waiting) const;

 private:
  /// The users who were refused for one reason.
  struct Refusals {
    std::vector<Person> persons;
    std::string words;  ///< Of the first one.
  };
  [[nodiscard]] Error refused(const std::string& about) const;

  bool has_succeeded_ = false;
  int failures_ = 0;
  int unknown_course_ = 0;
  std::optional<Error> worst_;                ///< Of those that are no refusal.
  std::map<std::string, Refusals> refusals_;  ///< By code.
};

}  // namespace moodlesync::enrollments
