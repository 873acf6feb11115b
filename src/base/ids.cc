#include "moodlesync/ids.h"

#include "base/text.h"

namespace moodlesync {

std::string to_string(MoodleId id) { return std::to_string(id.value); }

std::string to_string(const EntityRef& ref) { return ref.type + ":" + std::to_string(ref.id); }

std::string to_string(const TaskKey& key) {
  return key.component + "/" + key.source + " " + to_string(key.entity);
}

Result<EntityRef> parse_entity_ref(std::string_view text) {
  const auto colon = text.find(':');
  const auto id =
      colon == std::string_view::npos ? std::nullopt : base::parse_int(text.substr(colon + 1));
  if (!id || colon == 0 || *id < 0) {
    return Error{ErrorKind::kRejected, "bad_entity",
                 "'" + std::string(text) + "' is not an entity; write it as type:id, e.g. node:12"};
  }
  return EntityRef{std::string(text.substr(0, colon)), *id};
}

}  // namespace moodlesync
