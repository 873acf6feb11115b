#include "app/old_settings.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace moodlesync::app {

namespace {

/// What Drupal adds to every object.
constexpr std::array<std::string_view, 5> kDrupals{"_core", "langcode", "status", "dependencies",
                                                   "uuid"};

bool is_printable(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < ' ' || byte == 0x7f;
  });
}

}  // namespace

void OldSettings::note(std::string_view key, std::string_view what) {
  std::string note = name_;
  if (!key.empty()) note.append(": ").append(key);
  notes_.push_back(note.append(" ").append(what));
}

const OldSettings::Json* OldSettings::find(std::string_view key) {
  known_.emplace_back(key);
  const auto found = object_.find(key);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

std::string OldSettings::scalar(std::string_view key, const Json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "1" : "";
  if (value.is_number_integer()) return value.get<std::int64_t>() == 0 ? "" : value.dump();
  if (!value.is_string()) {
    if (!value.is_null()) note(key, "has a form that is not understood; left out");
    return {};
  }
  std::string text(base::trim(value.get<std::string>()));
  if (text == "0") return {};
  if (is_printable(text)) return text;
  note(key, "holds control characters; left out");
  return {};
}

std::string OldSettings::text(std::string_view key) {
  const Json* value = find(key);
  return value == nullptr ? std::string() : scalar(key, *value);
}

std::optional<std::int64_t> OldSettings::number(std::string_view key) {
  const std::string word = text(key);
  if (word.empty()) return std::nullopt;
  const auto number = base::parse_int(word);
  if (number && *number > 0) return number;
  note(key, "is '" + word + "' and no Moodle id; left out");
  return std::nullopt;
}

bool OldSettings::flag(std::string_view key) {
  const std::string word = base::ascii_lower(text(key));
  return !word.empty() && word != "false" && word != "no" && word != "off";
}

std::vector<std::pair<std::string, std::string>> OldSettings::mapping(std::string_view key) {
  std::vector<std::pair<std::string, std::string>> entries;
  const Json* value = find(key);
  if (value == nullptr) return entries;
  if (!value->is_object()) {
    if (!value->empty()) note(key, "has a form that is not understood; left out");
    return entries;
  }
  for (const auto& [name, entry] : value->items()) {
    const std::string where = std::string(key) + "." + name;
    std::string word = scalar(where, entry);
    if (!word.empty()) entries.emplace_back(name, std::move(word));
  }
  return entries;
}

std::vector<std::string> OldSettings::list(std::string_view key) {
  std::vector<std::string> words;
  const Json* value = find(key);
  if (value == nullptr) return words;
  if (!value->is_structured()) {
    std::string word = scalar(key, *value);
    if (!word.empty()) words.push_back(std::move(word));
    return words;
  }
  for (const auto& entry : *value) {
    std::string word = scalar(key, entry);
    const bool is_new = std::ranges::find(words, word) == words.end();
    if (!word.empty() && is_new) words.push_back(std::move(word));
  }
  return words;
}

void OldSettings::pass_over(std::string_view key, std::string_view why) {
  const Json* value = find(key);
  if (value == nullptr) return;
  const bool says_something =
      value->is_structured() ? !value->empty() : !scalar(key, *value).empty();
  if (says_something) note(key, why);
}

void OldSettings::pass_over_background() {
  for (const char* key : {"async_create", "async_update", "async_delete"}) {
    pass_over(key,
              "is not needed: all work is done in the background, outside the editor's page load");
  }
}

void OldSettings::finish() {
  if (!object_.is_object()) return note("", "is no mapping; left out");
  for (const auto& [key, value] : object_.items()) {
    const bool is_known = std::ranges::find(known_, key) != known_.end() ||
                          std::ranges::find(kDrupals, key) != kDrupals.end();
    if (!is_known) note(key, "is not known here; left out");
  }
}

}  // namespace moodlesync::app
