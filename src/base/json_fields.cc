#include "base/json_fields.h"

namespace moodlesync::base {

namespace {

const Json* field(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace

std::optional<std::int64_t> int_field(const Json& object, std::string_view name) {
  const Json* value = field(object, name);
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  return value->get<std::int64_t>();
}

std::optional<std::string> text_field(const Json& object, std::string_view name) {
  const Json* value = field(object, name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->get<std::string>();
}

const Json& list_field(const Json& object, std::string_view name) {
  static const Json kNone = Json::array();
  const Json* value = field(object, name);
  return value != nullptr && value->is_array() ? *value : kNone;
}

}  // namespace moodlesync::base
