#include "components/users/users_values.h"

#include "base/param_types.h"
#include "base/source_settings.h"

namespace moodlesync::users {

namespace {

constexpr std::string_view kCustomFields = "customfields";
constexpr std::string_view kPreferences = "preferences";

/// Custom fields take any text; cut silently to the field's own maximum by Moodle.
void add_named(base::Values& values, std::string_view list,
               const std::map<std::string, std::string>& mapped, const Entity& entity) {
  for (const auto& [name, path] : mapped) {
    values.insert_or_assign(std::string(list) + "." + name, base::clean_utf8(entity.text(path)));
  }
}

}  // namespace

Result<base::Values> wanted_values(const UserSource& source, const Entity& entity) {
  base::Values values;
  for (const MappedField& mapped : source.fields) {
    auto value = to_user_value(*mapped.field, entity.values(mapped.path), source.usernames);
    if (!value) return std::move(value).error();
    if (mapped.field->keeps_when_empty && value->empty()) continue;
    values.insert_or_assign(std::string(mapped.field->rule.field), std::move(*value));
  }
  constexpr base::ParamRule kIdnumber{.field = "idnumber", .max_length = 255};
  auto idnumber = base::to_param(kIdnumber, base::idnumber(source.idnumber_prefix, entity.ref));
  if (!idnumber) return std::move(idnumber).error();
  values.insert_or_assign("idnumber", std::move(*idnumber));
  add_named(values, kCustomFields, source.customfields, entity);
  add_named(values, kPreferences, source.preferences, entity);
  if (source.suspend_blocked) values["suspended"] = entity.published ? "0" : "1";
  return values;
}

std::string excluded_role(const UserSource& source, const Entity& entity) {
  if (source.exclude_roles.empty()) return {};
  for (const FieldValue& role : entity.values(kRolesPath)) {
    if (source.exclude_roles.contains(role.text)) return role.text;
  }
  return {};
}

void add_to_row(Params& row, const base::Values& values) {
  std::size_t custom = 0;
  std::size_t preferences = 0;
  for (const auto& [name, value] : values) {
    const std::size_t dot = name.find('.');
    if (dot == std::string::npos) {
      row.add(name, value);
      continue;
    }
    const std::string list = name.substr(0, dot);
    std::size_t& index = list == kCustomFields ? custom : preferences;
    const std::string item = list + "[" + std::to_string(index++) + "]";
    row.add(item + "[type]", name.substr(dot + 1)).add(item + "[value]", value);
  }
}

}  // namespace moodlesync::users
