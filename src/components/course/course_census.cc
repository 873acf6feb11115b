#include "components/course/course_census.h"

#include <utility>

#include "base/json_fields.h"
#include "base/stamped.h"
#include "components/course/functions.h"

namespace moodlesync::course {

namespace {

Co<Result<Json>> courses_in(Moodle& moodle, std::int64_t category) {
  Call call{.function = &kGetCourses, .row = {}};
  call.row.add("field", "category").add("value", std::to_string(category));
  Result<Json> answer = co_await moodle.call(std::move(call));
  co_return answer;
}

}  // namespace

Co<Result<std::vector<Stamped>>> count_courses(Moodle& moodle, std::string prefix) {
  using Answer = Result<std::vector<Stamped>>;
  Call call{.function = &kGetCategories, .row = {}};
  Result<Json> categories = co_await moodle.call(std::move(call));
  if (!categories) co_return Answer(std::move(categories).error());
  std::vector<Co<Result<Json>>> questions;
  questions.reserve(categories->size());
  for (const Json& category : *categories) {
    const auto id = base::int_field(category, "id");
    if (id) questions.push_back(courses_in(moodle, *id));
  }
  auto asking = base::stamped_in(std::move(questions), "courses", std::move(prefix));
  co_return co_await std::move(asking);
}

}  // namespace moodlesync::course
