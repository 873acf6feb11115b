#include "components/cohorts/cohort_values.h"

#include "base/param_types.h"
#include "base/source_settings.h"

namespace moodlesync::cohorts {

namespace {

constexpr std::string_view kHtml = "1";
constexpr std::string_view kPlainText = "2";
constexpr std::string_view kSystem = "system";

// Lengths: Moodle 5.1, lib/db/install.xml (cohort).
constexpr base::ParamRule kName{
    .field = "name", .type = base::ParamType::kRawTrimmed, .max_length = 254};
constexpr base::ParamRule kIdnumber{.field = "idnumber", .max_length = 100};

/// Text without markup is shown as it is written, not read as HTML.
bool is_html(const FieldValue* value) {
  return value == nullptr || (value->type == ValueType::kLongText && value->format != "plain_text");
}

void add_description(base::Values& values, const FieldValue* description) {
  const std::string_view text = description == nullptr ? std::string_view{} : description->text;
  values["description"] = base::clean_utf8(text);
  values["descriptionformat"] = is_html(description) ? kHtml : kPlainText;
}

}  // namespace

Result<base::Values> wanted_values(const CohortSource& source, const Entity& entity) {
  base::Values values;
  auto name = base::to_param(kName, entity.text(source.name_path));
  if (!name) return std::move(name).error();
  if (name->empty()) {
    return Error{ErrorKind::kRejected, "missing_value", "name is empty; Moodle needs a text there"};
  }
  auto idnumber = base::to_param(kIdnumber, base::idnumber(source.idnumber_prefix, entity.ref));
  if (!idnumber) return std::move(idnumber).error();
  values["name"] = std::move(*name);
  values["idnumber"] = std::move(*idnumber);
  values["place"] = source.category ? to_string(*source.category) : std::string(kSystem);
  if (!source.description_path.empty()) {
    add_description(values, entity.first(source.description_path));
  }
  if (source.visible != CohortSource::Visible::kLeftToMoodle) {
    const bool shown =
        source.visible == CohortSource::Visible::kAlways ||
        (source.visible == CohortSource::Visible::kWhenPublished && entity.published);
    values["visible"] = shown ? "1" : "0";
  }
  return values;
}

void add_required(Params& row, const base::Values& wanted) {
  const std::string& place = wanted.find("place")->second;
  const bool in_system = place == kSystem;
  row.add("categorytype[type]", in_system ? std::string(kSystem) : "id")
      .add("categorytype[value]", in_system ? "0" : place)
      .add("name", wanted.find("name")->second)
      .add("idnumber", wanted.find("idnumber")->second);
}

void add_optional(Params& row, const base::Values& values) {
  for (const auto& [name, value] : values) {
    if (name != "place" && name != "name" && name != "idnumber") row.add(name, value);
  }
}

}  // namespace moodlesync::cohorts
