#include <limits>
#include <string_view>

#include "app/config_commands.h"

namespace moodlesync::app {

namespace {

using Schema = nlohmann::ordered_json;
using Kind = SettingsQuestion::Kind;

/// `${NAME}`, which may stand for any scalar.
Schema or_variable(Schema schema) {
  return {
      {"anyOf", Schema::array({std::move(schema), {{"type", "string"}, {"pattern", "\\$\\{"}}})}};
}

/// YAML takes a bare 12 for a number and a bare yes for a flag, wherever a text is wanted.
Schema text_schema() { return {{"type", Schema::array({"string", "number", "boolean"})}}; }

Schema number_schema(const SettingsQuestion& question) {
  Schema schema{{"type", "integer"}, {"minimum", question.min}};
  if (question.max != std::numeric_limits<std::int64_t>::max()) schema["maximum"] = question.max;
  return or_variable(std::move(schema));
}

Schema object_schema() {
  return {{"type", Schema::array({"object", "null"})}, {"properties", Schema::object()}};
}

Schema schema_of(const SettingsQuestion& question) {
  switch (question.kind) {
    case Kind::kText:
      return text_schema();
    case Kind::kFlag:
      return or_variable({{"type", "boolean"}});
    case Kind::kNumber:
      return number_schema(question);
    case Kind::kDuration:
      return or_variable({{"type", Schema::array({"string", "integer"})},
                          {"minimum", 0},
                          {"pattern", "^[0-9]+(ms|s|m|h|d)?$"}});
    case Kind::kChoice:
      return or_variable({{"enum", question.choices}});
    case Kind::kTexts:
      return {{"type", Schema::array({"array", "null"})}, {"items", text_schema()}};
    case Kind::kMapping:
      return {{"type", Schema::array({"object", "null"})}, {"additionalProperties", text_schema()}};
    case Kind::kSection:
      return object_schema();
    case Kind::kList:
      return {{"type", Schema::array({"array", "null"})}, {"items", object_schema()}};
  }
  return {};
}

/// The schema of the mapping that `path` leads to; the last word of it is left in `path`.
Schema* mapping_at(Schema& root, std::string_view& path) {
  constexpr std::string_view kItem = "[0]";
  Schema* at = &root;
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    std::string_view word = path.substr(0, dot);
    path.remove_prefix(dot + 1);
    const bool is_item = word.ends_with(kItem);
    if (is_item) word.remove_suffix(kItem.size());
    Schema& properties = (*at)["properties"];
    const auto found = properties.find(std::string(word));
    if (found == properties.end()) return nullptr;
    at = is_item ? &(*found)["items"] : &*found;
  }
  return at;
}

/// What no key was asked for in takes any; elsewhere an unknown key is a mistake.
void close(Schema& schema) {
  if (!schema.contains("properties")) return;
  Schema& properties = schema["properties"];
  if (properties.empty()) {
    schema.erase("properties");
    return;
  }
  for (auto& [name, property] : properties.items()) {
    close(property);
    if (property.contains("items")) close(property["items"]);
  }
  schema["additionalProperties"] = false;
}

void add_default(const SettingsQuestion& question, Schema& schema) {
  if (question.value.empty() || question.kind == Kind::kSection) return;
  // Where nothing is set, no number may be a value at all.
  const bool is_none = question.kind == Kind::kNumber && question.value == "0" && question.min > 0;
  if (is_none) return;
  schema["default"] = question.kind == Kind::kNumber || question.kind == Kind::kFlag
                          ? Schema::parse(question.value)
                          : Schema(question.value);
}

}  // namespace

nlohmann::ordered_json settings_schema(const SettingsTrace& explored) {
  Schema root{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
              {"title", "moodle-syncd.yaml"},
              {"description", "Configuration of moodle-syncd; see moodle-syncd.yaml(5)"},
              {"type", "object"},
              {"properties", Schema::object()}};
  for (const SettingsQuestion& question : explored.questions) {
    std::string_view name = question.origin.key;
    Schema* const mapping = mapping_at(root, name);
    // A mapping whose entries are asked for one by one was described as a whole before.
    if (mapping == nullptr) continue;
    if (mapping->contains("additionalProperties")) continue;
    Schema& property = (*mapping)["properties"][std::string(name)];
    const bool is_told = !property.is_null();
    const bool says_more = question.kind != Kind::kSection && question.kind != Kind::kText;
    if (is_told && !says_more) continue;
    property = schema_of(question);
    add_default(question, property);
  }
  close(root);
  return root;
}

ExitCode config_schema(const Invocation& /*invocation*/, const Rooms& rooms, Console console) {
  console.out << settings_schema(explore_settings(rooms.components)).dump(2) << "\n";
  return ExitCode::kOk;
}

}  // namespace moodlesync::app
