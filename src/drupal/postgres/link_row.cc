#include "drupal/postgres/link_row.h"

namespace moodlesync::postgres {

Link read_link(const Row& row, int first) {
  Link link;
  if (const auto id = row.optional_integer(first)) link.moodle_id = MoodleId{*id};
  const auto sent = nlohmann::json::parse(row.text(first + 1), nullptr, false);
  if (sent.is_object()) {
    for (const auto& [field, value] : sent.items()) {
      if (value.is_string()) link.sent.emplace(field, value.get<std::string>());
    }
  }
  link.uuid = row.text(first + 2);
  link.bundle = row.text(first + 3);
  link.skipped = row.text(first + 4);
  return link;
}

std::string storable(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (const char c : text) {
    if (c == '\0') {
      clean += "\xEF\xBF\xBD";
    } else {
      clean += c;
    }
  }
  return clean;
}

nlohmann::json sent_to_json(const std::map<std::string, std::string, std::less<>>& sent) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [field, value] : sent) json[storable(field)] = storable(value);
  return json;
}

std::string to_parameter(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace moodlesync::postgres
