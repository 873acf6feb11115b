#include "components/category/category_values.h"

#include "base/param_types.h"
#include "base/source_settings.h"

namespace moodlesync::category {

namespace {

// Lengths: Moodle 5.1, lib/db/install.xml (course_categories).
constexpr base::ParamRule kName{
    .field = "name", .type = base::ParamType::kText, .max_length = 255, .required = true};
constexpr base::ParamRule kIdnumber{.field = "idnumber", .max_length = 100};
constexpr base::ParamRule kDescription{.field = "description"};

/// Text without markup is shown as it is written, not read as HTML.
bool is_html(const FieldValue* value) {
  return value == nullptr || (value->type == ValueType::kLongText && value->format != "plain_text");
}

Skipped without_parent(const EntityRef& parent, bool opted_out) {
  return {opted_out ? "parent_opted_out" : "no_parent",
          "its parent " + to_string(parent) +
              (opted_out ? " is not to be synced, so there is no category to put it in"
                         : " has no category in Moodle and will not get one")};
}

}  // namespace

Result<base::Values> wanted_values(const CategorySource& source, const Entity& entity) {
  base::Values values;
  const auto put = [&values](const base::ParamRule& rule, std::string_view text) -> Status {
    auto param = base::to_param(rule, text);
    if (!param) return std::move(param).error();
    values.insert_or_assign(std::string(rule.field), std::move(*param));
    return ok();
  };
  if (auto done = put(kName, entity.text(source.name_path)); !done) return std::move(done).error();
  const std::string idnumber = base::idnumber(source.idnumber_prefix, entity.ref);
  if (auto done = put(kIdnumber, idnumber); !done) return std::move(done).error();
  if (source.description_path.empty()) return values;
  const FieldValue* description = entity.first(source.description_path);
  const std::string_view text = description == nullptr ? std::string_view{} : description->text;
  if (auto done = put(kDescription, text); !done) return std::move(done).error();
  values["descriptionformat"] = is_html(description) ? kHtml : kPlainText;
  return values;
}

Place place_of(const CategorySource& source, const Conversation& conversation) {
  const FieldValue* value = conversation.entity.first(source.parent_path);
  if (value == nullptr || !value->reference || value->reference->target.id <= 0) {
    return {MoodleId{0}, std::nullopt};
  }
  const Reference& parent = *value->reference;
  const Counterpart counterpart = conversation.counterpart("category", parent);
  switch (counterpart.state) {
    case Counterpart::State::kKnown:
      return {counterpart.id, std::nullopt};
    case Counterpart::State::kPending:
      return {std::nullopt, Waiting{"category", parent.target, parent.bundle}};
    case Counterpart::State::kOptedOut:
    case Counterpart::State::kNone:
      break;
  }
  if (conversation.link.moodle_id) return {};
  return {std::nullopt,
          without_parent(parent.target, counterpart.state == Counterpart::State::kOptedOut)};
}

}  // namespace moodlesync::category
