#include "components/course/course_place.h"

namespace moodlesync::course {

namespace {

const Reference* reference_at(const Entity& entity, const std::string& path) {
  if (path.empty()) return nullptr;
  const FieldValue* value = entity.first(path);
  return value == nullptr || !value->reference || value->reference->target.id <= 0
             ? nullptr
             : &*value->reference;
}

}  // namespace

std::variant<Placement, Waiting> placement_of(const CourseSource& source,
                                              const Conversation& conversation) {
  if (source.fixed_category) return Placement{*source.fixed_category, "category.fixed"};
  const Placement fallback{source.fallback_category, "category.fallback"};
  const Reference* term = reference_at(conversation.entity, source.category_path);
  if (term == nullptr) return fallback;
  const Counterpart category = conversation.counterpart("category", *term);
  switch (category.state) {
    case Counterpart::State::kKnown:
      return Placement{category.id, "the category of " + to_string(term->target)};
    case Counterpart::State::kPending:
      return Waiting{"category", term->target, term->bundle};
    case Counterpart::State::kOptedOut:
    case Counterpart::State::kNone:
      break;
  }
  return fallback;
}

std::variant<std::optional<MoodleId>, Waiting, Error> template_of(
    const CourseSource& source, const Conversation& conversation) {
  const Reference* model = reference_at(conversation.entity, source.template_path);
  if (model == nullptr) return std::optional<MoodleId>();
  const bool itself = model->target == conversation.entity.ref;
  const Counterpart course = itself ? Counterpart{} : conversation.counterpart("course", *model);
  switch (course.state) {
    case Counterpart::State::kKnown:
      return std::optional(course.id);
    case Counterpart::State::kPending:
      return Waiting{"course", model->target, model->bundle};
    case Counterpart::State::kOptedOut:
    case Counterpart::State::kNone:
      break;
  }
  return Error{
      ErrorKind::kRejected, "no_template",
      "its template " + to_string(model->target) +
          " has no course in Moodle and will not get one; choose another template or none"};
}

}  // namespace moodlesync::course
