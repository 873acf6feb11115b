#include "components/users/users_values.h"

#include <algorithm>
#include <chrono>

#include "base/param_types.h"
#include "base/source_settings.h"
#include "base/text.h"

namespace moodlesync::users {

namespace {

constexpr std::string_view kCustomFields = "customfields";
constexpr std::string_view kPreferences = "preferences";

std::string padded(unsigned number, std::size_t width) {
  std::string digits = std::to_string(number);
  return digits.insert(0, width - std::min(width, digits.size()), '0');
}

/// Moodle turns seconds into a day of the server's time zone, which west of Greenwich would be the
/// day before.
std::string day(std::string_view seconds) { return utc_day(base::parse_int(seconds).value_or(0)); }

/// Custom fields take any text; cut silently to the field's own maximum by Moodle.
void add_named(base::Values& values, std::string_view list,
               const std::map<std::string, std::string>& mapped, const Entity& entity) {
  for (const auto& [name, path] : mapped) {
    const FieldValue* value = entity.first(path);
    const bool is_day = value != nullptr && value->is_day;
    values.insert_or_assign(std::string(list) + "." + name,
                            is_day ? day(value->text) : base::clean_utf8(entity.text(path)));
  }
}

}  // namespace

std::string utc_day(std::int64_t seconds) {
  namespace chrono = std::chrono;
  const chrono::sys_seconds time{chrono::seconds(seconds)};
  const chrono::year_month_day date{chrono::floor<chrono::days>(time)};
  return padded(static_cast<unsigned>(static_cast<int>(date.year())), 4) + "-" +
         padded(static_cast<unsigned>(date.month()), 2) + "-" +
         padded(static_cast<unsigned>(date.day()), 2);
}

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
