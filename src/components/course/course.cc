#include "components/course/course.h"

#include <algorithm>

#include "base/source_named.h"
#include "base/source_settings.h"
#include "components/course/course_census.h"
#include "components/course/course_removal.h"
#include "components/course/course_script.h"
#include "components/course/functions.h"

namespace moodlesync::course {

Course::Course(std::vector<CourseSource> sources) : sources_(std::move(sources)) {
  for (const CourseSource& source : sources_) specs_.push_back(source.spec);
}

std::vector<std::string_view> Course::functions() const {
  std::vector<std::string_view> names{kCreateCourses.name, kUpdateCourses.name, kGetCourses.name,
                                      kGetCategories.name};
  const auto any = [this](const auto& question) { return std::ranges::any_of(sources_, question); };
  if (any([](const CourseSource& source) { return !source.template_path.empty(); })) {
    names.push_back(kDuplicateCourse.name);
  }
  if (any([](const CourseSource& source) { return source.on_delete == DeletePolicy::kDelete; })) {
    names.push_back(kDeleteCourses.name);
  }
  return names;
}

std::vector<std::string_view> Course::capabilities() const {
  std::vector<std::string_view> names{"moodle/course:create",
                                      "moodle/course:update",
                                      "moodle/course:view",
                                      "moodle/course:viewhiddencourses",
                                      "moodle/course:visibility",
                                      "moodle/course:changecategory",
                                      "moodle/course:changefullname",
                                      "moodle/course:changeshortname",
                                      "moodle/course:changeidnumber",
                                      "moodle/course:changesummary",
                                      "moodle/category:viewhiddencategories"};
  const auto any = [this](const auto& question) { return std::ranges::any_of(sources_, question); };
  if (any([](const CourseSource& source) { return !source.template_path.empty(); })) {
    names.insert(names.end(), {"moodle/backup:backupcourse", "moodle/restore:restorecourse"});
  }
  if (any([](const CourseSource& source) { return source.on_delete == DeletePolicy::kDelete; })) {
    names.emplace_back("moodle/course:delete");
  }
  return names;
}

std::vector<MoodleView> Course::views(const SourceSpec& source, const EntityRef& entity,
                                      std::optional<MoodleId> id) const {
  const CourseSource* own = base::source_named(sources_, source.name);
  if (own == nullptr) return {};
  std::vector<MoodleView> views;
  const auto ask = [&views](const std::string& field, const std::string& value) {
    Call call{.function = &kGetCourses, .row = {}};
    call.row.add("field", field).add("value", value);
    views.push_back({"the course with " + field + " " + value,
                     std::move(call),
                     {"id", "idnumber", "shortname", "fullname", "categoryid", "visible",
                      "startdate", "enddate"}});
  };
  if (id) ask("id", to_string(*id));
  ask("idnumber", base::idnumber(own->idnumber_prefix, entity));
  return views;
}

Co<Result<std::vector<Stamped>>> Course::census(const SourceSpec& source, Moodle& moodle) const {
  const CourseSource* own = base::source_named(sources_, source.name);
  if (own == nullptr) co_return std::vector<Stamped>{};
  co_return co_await count_courses(moodle, own->idnumber_prefix);
}

Co<Outcome> Course::converse(Conversation& conversation) const {
  const CourseSource* source = base::source_named(sources_, conversation.source->name);
  if (source == nullptr) {
    co_return Error{ErrorKind::kBug, "unknown_source",
                    "course has no source '" + conversation.source->name + "'"};
  }
  if (!conversation.entity.exists) {
    CourseRemoval removal(*source, conversation);
    co_return co_await removal.run();
  }
  CourseScript script(*source, conversation);
  co_return co_await script.run();
}

ComponentKind kind() {
  return {"course", [](Section& settings) -> std::unique_ptr<Component> {
            return std::make_unique<Course>(read_sources(settings));
          }};
}

}  // namespace moodlesync::course
