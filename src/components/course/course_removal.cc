#include "components/course/course_removal.h"

#include "base/call_keys.h"
#include "base/source_settings.h"
#include "components/course/course_leftover.h"
#include "components/course/course_script.h"
#include "components/course/functions.h"

namespace moodlesync::course {

Co<Outcome> CourseRemoval::run() {
  if (source_.on_delete == DeletePolicy::kNothing) co_return Removed{};
  if (!conversation_.link.moodle_id) {
    // A lost answer may have left a course that nobody knows of.
    const std::string ours = base::idnumber(source_.idnumber_prefix, conversation_.entity.ref);
    auto course = co_await find_leftover(lookup_, conversation_.link, ours);
    if (!course) co_return about_course(std::move(course).error(), conversation_);
    const auto& leftover = *course;
    if (!leftover) co_return Removed{};
    conversation_.link.moodle_id = leftover->id;
  }
  co_return co_await remove();
}

Co<Outcome> CourseRemoval::remove() {
  if (source_.on_delete == DeletePolicy::kHide) {
    Call hide = update("visible", "0", "hide");
    co_return co_await send(std::move(hide));
  }
  const MoodleId id = conversation_.link.moodle_id.value_or(MoodleId{});
  if (source_.on_delete == DeletePolicy::kDelete) {
    Call call{.function = &kDeleteCourses,
              .row = {},
              .key = base::course_key(id),
              .order = id.value,
              .removal = "delete"};
    call.row.add("id", to_string(id));
    co_return co_await send(std::move(call));
  }
  // An unknown category would be written in spite of Moodle's warning.
  const std::string trash_bin = to_string(source_.trash_bin);
  auto category = co_await lookup_.find_category(trash_bin);
  if (!category) co_return about_course(std::move(category).error(), conversation_);
  if (!*category) {
    Error error{ErrorKind::kRejected, "unknown_category",
                "Moodle has no category " + trash_bin + ", the configured trash_bin"};
    co_return about_course(std::move(error), conversation_);
  }
  Call move = update("categoryid", trash_bin, "move to the trash bin");
  co_return co_await send(std::move(move));
}

Call CourseRemoval::update(std::string_view field, const std::string& value,
                           std::string_view removal) const {
  const MoodleId id = conversation_.link.moodle_id.value_or(MoodleId{});
  Call call{.function = &kUpdateCourses,
            .row = {},
            .key = base::course_key(id),
            .order = id.value,
            .removal = removal};
  call.row.add("id", to_string(id)).add(std::string(field), value);
  return call;
}

Co<Outcome> CourseRemoval::send(Call call) {
  auto answer = co_await conversation_.moodle->call(std::move(call));
  if (answer) co_return Removed{};
  Error error = std::move(answer).error();
  const bool gone = error.code == "unknowncourseidnumber" || error.code == "invalidrecordunknown";
  if (error.kind == ErrorKind::kRejected && gone) co_return Removed{};
  co_return about_course(std::move(error), conversation_);
}

}  // namespace moodlesync::course
