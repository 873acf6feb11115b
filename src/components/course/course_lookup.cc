#include "components/course/course_lookup.h"

#include "base/json_fields.h"
#include "components/course/functions.h"

namespace moodlesync::course {

namespace {

bool matches(const Json& course, const std::string& field, const std::string& value) {
  if (const auto number = base::int_field(course, field)) return std::to_string(*number) == value;
  return base::text_field(course, field) == value;
}

}  // namespace

Result<Done> CourseLookup::nothing(const std::string& what) const {
  if (moodle_.reads_are_trustworthy()) return ok();
  return Error{ErrorKind::kTransient, "reads_untrusted",
               "Moodle shows no " + what + ", but it is not certain that this account may see all"};
}

Co<Result<std::optional<FoundCourse>>> CourseLookup::find(const std::string& field,
                                                          const std::string& value) {
  using Answer = Result<std::optional<FoundCourse>>;
  Call call{.function = &kGetCourses, .row = {}};
  call.row.add("field", field).add("value", value);
  auto answer = co_await moodle_.call(std::move(call));
  if (!answer) co_return Answer(std::move(answer).error());
  for (const Json& course : base::list_field(*answer, "courses")) {
    const auto id = base::int_field(course, "id");
    if (!id || !matches(course, field, value)) continue;
    co_return Answer(FoundCourse{MoodleId{*id}, base::text_field(course, "fullname").value_or(""),
                                 base::text_field(course, "idnumber")});
  }
  auto none = nothing("course with " + field + " " + value);
  if (!none) co_return Answer(std::move(none).error());
  co_return Answer(std::nullopt);
}

Co<Result<std::optional<FoundCategory>>> CourseLookup::find_category(const std::string& id) {
  using Answer = Result<std::optional<FoundCategory>>;
  Call call{.function = &kGetCategories, .row = {}};
  call.row.add("criteria[0][key]", "id").add("criteria[0][value]", id).add("addsubcategories", "0");
  auto answer = co_await moodle_.call(std::move(call));
  if (!answer) co_return Answer(std::move(answer).error());
  for (const Json& category : *answer) {
    if (matches(category, "id", id)) {
      co_return Answer(FoundCategory{base::int_field(category, "visible") != 1});
    }
  }
  auto none = nothing("category " + id);
  if (!none) co_return Answer(std::move(none).error());
  co_return Answer(std::nullopt);
}

}  // namespace moodlesync::course
