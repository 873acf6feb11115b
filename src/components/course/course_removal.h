#pragma once

#include "components/course/course_lookup.h"
#include "components/course/course_settings.h"
#include "moodlesync/component.h"

namespace moodlesync::course {

/// One conversation about an entity that was deleted in Drupal: tells Moodle what the configuration
/// says. A course that is gone already counts as done.
///
/// Lifetime: lives in the frame of the conversation's coroutine; borrows both arguments.
class CourseRemoval {
 public:
  CourseRemoval(const CourseSource& source, Conversation& conversation)
      : source_(source), conversation_(conversation), lookup_(*conversation.moodle) {}

  [[nodiscard]] Co<Outcome> run();

 private:
  Co<Outcome> remove();
  Co<Outcome> send(Call call);
  [[nodiscard]] Call update(std::string_view field, const std::string& value,
                            std::string_view removal) const;

  const CourseSource& source_;
  Conversation& conversation_;
  CourseLookup lookup_;
};

}  // namespace moodlesync::course
