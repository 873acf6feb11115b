#include "base/stamped.h"

#include "base/json_fields.h"
#include "base/source_settings.h"

namespace moodlesync::base {

void add_stamped(const Json& list, std::string_view prefix, std::vector<Stamped>& to) {
  for (const Json& object : list) {
    const auto id = int_field(object, "id");
    const auto entity = entity_of_idnumber(prefix, text_field(object, "idnumber").value_or(""));
    if (id && entity) to.push_back({MoodleId{*id}, *entity});
  }
}

}  // namespace moodlesync::base
