#pragma once

#include <vector>

#include "components/course/course_settings.h"
#include "moodlesync/component.h"

namespace moodlesync::course {

/// Keeps Moodle's courses in step with nodes, or with terms (course templates): mapped fields,
/// custom fields and category; a course with a template starts as a copy of it.
class Course : public Component {
 public:
  explicit Course(std::vector<CourseSource> sources);

  [[nodiscard]] std::string_view name() const override { return "course"; }
  [[nodiscard]] const std::vector<SourceSpec>& sources() const override { return specs_; }
  [[nodiscard]] std::vector<std::string_view> functions() const override;
  [[nodiscard]] std::vector<std::string_view> capabilities() const override;
  [[nodiscard]] std::vector<MoodleView> views(const SourceSpec& source, const EntityRef& entity,
                                              std::optional<MoodleId> id) const override;
  [[nodiscard]] Co<Result<std::vector<Stamped>>> census(const SourceSpec& source,
                                                        Moodle& moodle) const override;
  [[nodiscard]] Co<Outcome> converse(Conversation& conversation) const override;

 private:
  std::vector<CourseSource> sources_;
  std::vector<SourceSpec> specs_;
};

[[nodiscard]] ComponentKind kind();

}  // namespace moodlesync::course
