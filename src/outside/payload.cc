#include "outside/payload.h"

#include <nlohmann/json.hpp>

namespace moodlesync::outside {

std::string payload(std::span<const EntityRef> entities) {
  nlohmann::json list = nlohmann::json::array();
  for (const EntityRef& entity : entities) {
    list.push_back({{"type", entity.type}, {"id", entity.id}});
  }
  return nlohmann::json{{"entities", std::move(list)}}.dump() + "\n";
}

}  // namespace moodlesync::outside
