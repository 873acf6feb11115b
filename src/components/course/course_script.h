#pragma once

#include <optional>
#include <string>

#include "base/sent_values.h"
#include "components/course/course_leftover.h"
#include "components/course/course_lookup.h"
#include "components/course/course_place.h"
#include "components/course/course_settings.h"
#include "moodlesync/component.h"

namespace moodlesync::course {

/// One conversation about an entity that exists: creates its course or brings it in step.
///
/// Lifetime: lives in the frame of the conversation's coroutine; borrows both arguments.
class CourseScript {
 public:
  CourseScript(const CourseSource& source, Conversation& conversation)
      : source_(source), conversation_(conversation), lookup_(*conversation.moodle) {}

  [[nodiscard]] Co<Outcome> run();

 private:
  Co<Outcome> start();
  Co<Outcome> create();
  Co<Outcome> duplicate(MoodleId model);
  Co<Outcome> update();
  Co<Outcome> adopt(MoodleId id);
  Outcome unknown_id();

  Co<Outcome> settle_create_refusal(Error error, base::Values sent);
  Co<Outcome> settle_update_refusal(Error error, base::Values sent);
  Co<Outcome> settle_unknown_id(Error error);
  Co<Outcome> name_holder(Error error);

  /// An unknown category is written in spite of Moodle's warning, and a hidden one hides the
  /// course: so it is looked at before.
  Co<Result<FoundCategory>> look_at_category();
  Co<Outcome> show_again();
  [[nodiscard]] Call update_call(const base::Values& values) const;
  [[nodiscard]] Error about(Error error, const std::string& diagnosis = {}) const;

  const CourseSource& source_;
  Conversation& conversation_;
  CourseLookup lookup_;
  Placement placement_;
  base::Values wanted_;
};

/// `error` with the course in front of its message and the diagnosis behind it.
[[nodiscard]] Error about_course(Error error, const Conversation& conversation,
                                 const std::string& diagnosis = {});

}  // namespace moodlesync::course
