#pragma once

#include <vector>

#include "components/enrollments/enrollments_settings.h"
#include "moodlesync/component.h"

namespace moodlesync::enrollments {

/// Keeps who is enrolled in Moodle's courses in step with Drupal's registrations and with the
/// user-reference fields of the courses.
///
/// The task is the course: every reason that somebody has to be in it is seen at once, and Moodle
/// gets the union (docs/decisions/003-enrolments-per-course.md).
class Enrollments : public Component {
 public:
  explicit Enrollments(std::vector<EnrollmentsSource> sources);

  [[nodiscard]] std::string_view name() const override { return "enrollments"; }
  [[nodiscard]] const std::vector<SourceSpec>& sources() const override { return specs_; }
  [[nodiscard]] std::vector<std::string_view> functions() const override;
  [[nodiscard]] std::vector<std::string_view> capabilities() const override;
  [[nodiscard]] std::vector<Reminder> reminders() const override;
  [[nodiscard]] std::vector<MoodleView> views(const SourceSpec& source, const EntityRef& entity,
                                              std::optional<MoodleId> id) const override;
  [[nodiscard]] Co<Outcome> converse(Conversation& conversation) const override;

 private:
  std::vector<EnrollmentsSource> sources_;
  std::vector<SourceSpec> specs_;
};

[[nodiscard]] ComponentKind kind();

}  // namespace moodlesync::enrollments
