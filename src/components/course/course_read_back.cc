#include "components/course/course_read_back.h"

#include "base/json_fields.h"
#include "base/read_back.h"
#include "components/course/course_lookup.h"
#include "components/course/functions.h"

namespace moodlesync::course {

namespace {

/// Moodle's answer under the names that we send.
Json under_our_names(Json course) {
  if (!course.is_object()) return course;
  if (course.contains("theme")) course["forcetheme"] = course["theme"];
  const Json fields = base::list_field(course, "customfields");
  for (const Json& field : fields) {
    const auto name = base::text_field(field, "shortname");
    if (name && field.contains("valueraw"))
      course["customfields[" + *name + "]"] = field["valueraw"];
  }
  return course;
}

/// A single unknown id fails the call that asks for several, and leaves open why.
Co<Result<ReadBack>> look_alone(Conversation& conversation, std::string id) {
  using Answer = Result<ReadBack>;
  const std::string by_id = "id";
  CourseLookup lookup(*conversation.moodle);
  auto found = co_await lookup.find(by_id, id);
  if (!found) {
    if (base::is_to_be_repeated(found.error())) co_return Answer(std::move(found).error());
    co_return Answer(ReadBack::kNotNeeded);
  }
  co_return Answer(*found ? ReadBack::kNotNeeded : ReadBack::kNoCourse);
}

}  // namespace

Co<Result<ReadBack>> read_back(Conversation& conversation, const base::Values& wanted) {
  using Answer = Result<ReadBack>;
  Link& link = conversation.link;
  if (!base::is_read_back_due(conversation) || !link.moodle_id) {
    co_return Answer(ReadBack::kNotNeeded);
  }
  const std::string id = to_string(*link.moodle_id);
  Call call{.function = &kGetCoursesById, .row = {}};
  call.row.add("id", id);
  call.fixed.add("field", "ids");
  auto answer = co_await conversation.moodle->call(std::move(call));
  if (!answer && base::is_to_be_repeated(answer.error())) {
    co_return Answer(std::move(answer).error());
  }
  if (!answer || answer->is_null()) co_return co_await look_alone(conversation, id);
  base::take_over(link, wanted, under_our_names(*std::move(answer)));
  co_return Answer(ReadBack::kDone);
}

}  // namespace moodlesync::course
