#include "moodlesync/settings.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/text.h"

namespace moodlesync {

namespace {

using std::chrono::milliseconds;

const std::vector<SettingsNode> kNothing;
const std::vector<SettingsEntry> kNoEntries;

constexpr std::int64_t kLongestSeconds = std::int64_t{100} * 365 * 24 * 3600;

std::string_view kind_name(SettingsNode::Kind kind) {
  switch (kind) {
    case SettingsNode::Kind::kNull:
      return "nothing";
    case SettingsNode::Kind::kScalar:
      return "a single value";
    case SettingsNode::Kind::kList:
      return "a list";
    case SettingsNode::Kind::kMap:
      return "a mapping";
  }
  return "something else";
}

const SettingsNode* lookup(const SettingsNode* node, std::string_view key) {
  return node == nullptr ? nullptr : node->find(key);
}

/// The item that `sub` means: an entry of a mapping, or "0", "1", … of a list.
const SettingsNode* part(const SettingsNode& node, std::string_view sub) {
  if (node.kind != SettingsNode::Kind::kList) return node.find(sub);
  const auto index = base::parse_int(sub);
  if (!index || *index < 0 || std::cmp_greater_equal(*index, node.items.size())) return nullptr;
  return &node.items[static_cast<std::size_t>(*index)];
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) {
    text.append(text.empty() ? "" : ", ").append(word);
  }
  return text;
}

std::optional<bool> parse_flag(std::string_view text) {
  static constexpr std::array<std::string_view, 3> kTrue{"true", "yes", "on"};
  static constexpr std::array<std::string_view, 3> kFalse{"false", "no", "off"};
  const std::string word = base::ascii_lower(text);
  if (std::ranges::find(kTrue, word) != kTrue.end()) return true;
  if (std::ranges::find(kFalse, word) != kFalse.end()) return false;
  return std::nullopt;
}

constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits{
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

/// In the largest unit that says it exactly.
std::string duration_text(milliseconds duration) {
  if (duration.count() == 0) return "0s";
  std::string_view unit = kUnits[0].first;
  std::int64_t count = duration.count();
  for (const auto& [name, in_ms] : kUnits) {
    if (duration.count() % in_ms != 0) continue;
    unit = name;
    count = duration.count() / in_ms;
  }
  return std::to_string(count) + std::string(unit);
}

std::optional<milliseconds> parse_duration(std::string_view text) {
  std::int64_t factor = 1000;
  for (const auto& [unit, in_ms] : kUnits) {
    if (!text.ends_with(unit)) continue;
    factor = in_ms;
    text.remove_suffix(unit.size());
    break;
  }
  const auto count = base::parse_int(text);
  if (!count || *count < 0 || *count > kLongestSeconds * 1000 / factor) return std::nullopt;
  return milliseconds(*count * factor);
}

}  // namespace

std::string to_string(const Origin& origin) {
  std::string text = origin.file;
  if (origin.line > 0) text += ":" + std::to_string(origin.line);
  if (!origin.key.empty()) text += (text.empty() ? "" : ": ") + origin.key;
  return text;
}

const SettingsNode* SettingsNode::find(std::string_view key) const {
  const auto found = std::ranges::find(entries, key, &SettingsEntry::key);
  return found == entries.end() ? nullptr : &found->value;
}

Section::Section(const SettingsNode* node, std::string file, std::string path,
                 std::vector<SettingsFault>* faults, SettingsTrace* trace)
    : node_(node), file_(std::move(file)), path_(std::move(path)), faults_(faults), trace_(trace) {}

const SettingsNode* Section::find(std::string_view key) {
  known_.emplace(key);
  const SettingsNode* found = lookup(node_, key);
  // `key:` with nothing behind it is as good as no key.
  return found == nullptr || found->kind == SettingsNode::Kind::kNull ? nullptr : found;
}

const SettingsNode* Section::scalar(std::string_view key, std::string_view wanted) {
  const SettingsNode* found = find(key);
  if (found == nullptr || found->kind == SettingsNode::Kind::kScalar) return found;
  fault(key, "must be " + std::string(wanted) + ", not " + std::string(kind_name(found->kind)));
  return nullptr;
}

void Section::note(std::string_view key, SettingsQuestion question) {
  if (trace_ == nullptr) return;
  const SettingsNode* found = find(key);
  question.origin = origin(key);
  question.is_set = found != nullptr;
  question.from_environment = found != nullptr && found->from_environment;
  trace_->questions.push_back(std::move(question));
}

std::string Section::text(std::string_view key, std::string_view fallback) {
  const SettingsNode* found = scalar(key, "a text");
  std::string value = found == nullptr ? std::string(fallback) : found->scalar;
  note(key, {.kind = SettingsQuestion::Kind::kText, .value = value});
  return value;
}

bool Section::flag(std::string_view key, bool fallback) {
  const SettingsNode* found = scalar(key, "true or false");
  auto value = std::optional(fallback);
  if (found != nullptr) {
    value = found->quoted ? std::nullopt : parse_flag(found->scalar);
    if (!value) fault(key, "must be true or false (without quotes), not '" + found->scalar + "'");
  }
  const bool answer = value.value_or(fallback);
  note(key, {.kind = SettingsQuestion::Kind::kFlag, .value = answer ? "true" : "false"});
  return answer;
}

std::int64_t Section::number(std::string_view key, std::int64_t fallback, std::int64_t min,
                             std::int64_t max) {
  const std::int64_t answer = read_number(key, fallback, min, max);
  note(key, {.kind = SettingsQuestion::Kind::kNumber,
             .value = std::to_string(answer),
             .min = min,
             .max = max});
  return answer;
}

std::int64_t Section::read_number(std::string_view key, std::int64_t fallback, std::int64_t min,
                                  std::int64_t max) {
  const SettingsNode* found = scalar(key, "a whole number");
  if (found == nullptr) return fallback;
  const auto value = found->quoted ? std::nullopt : base::parse_int(found->scalar);
  if (!value) {
    fault(key, "must be a whole number (without quotes), not '" + found->scalar + "'");
    return fallback;
  }
  if (*value >= min && *value <= max) return *value;
  std::string range = "must be at least " + std::to_string(min);
  if (max != std::numeric_limits<std::int64_t>::max())
    range += " and at most " + std::to_string(max);
  fault(key, range + ", not " + found->scalar);
  return fallback;
}

milliseconds Section::duration(std::string_view key, milliseconds fallback) {
  const SettingsNode* found = scalar(key, "a duration");
  auto value = std::optional(fallback);
  if (found != nullptr) {
    value = parse_duration(found->scalar);
    if (!value) {
      fault(key, "must be a duration such as 500ms, 30s, 5m, 2h or a number of seconds, not '" +
                     found->scalar + "'");
    }
  }
  const milliseconds answer = value.value_or(fallback);
  note(key, {.kind = SettingsQuestion::Kind::kDuration, .value = duration_text(answer)});
  return answer;
}

std::string Section::choice(std::string_view key, std::string_view fallback,
                            const std::vector<std::string_view>& choices) {
  const SettingsNode* found = scalar(key, "one of " + joined(choices));
  const bool is_known =
      found != nullptr && std::ranges::find(choices, found->scalar) != choices.end();
  if (found != nullptr && !is_known) {
    fault(key, "must be one of " + joined(choices) + ", not '" + found->scalar + "'");
  }
  std::string answer = is_known ? found->scalar : std::string(fallback);
  note(key, {.kind = SettingsQuestion::Kind::kChoice,
             .value = answer,
             .choices = {choices.begin(), choices.end()}});
  return answer;
}

std::vector<std::string> Section::texts(std::string_view key) {
  const SettingsNode* found = find(key);
  std::vector<std::string> values;
  if (found != nullptr && found->kind != SettingsNode::Kind::kList) {
    fault(key, "must be a list such as [a, b], not " + std::string(kind_name(found->kind)));
    found = nullptr;
  }
  const auto& items = found == nullptr ? kNothing : found->items;
  for (const SettingsNode& item : items) {
    if (item.kind == SettingsNode::Kind::kScalar) {
      values.push_back(item.scalar);
    } else {
      faults_->push_back({origin(key, std::to_string(&item - items.data())),
                          "must be a text, not " + std::string(kind_name(item.kind))});
    }
  }
  note(key, {.kind = SettingsQuestion::Kind::kTexts, .values = values});
  return values;
}

std::vector<std::pair<std::string, std::string>> Section::mapping(std::string_view key) {
  const SettingsNode* found = find(key);
  std::vector<std::pair<std::string, std::string>> pairs;
  if (found != nullptr && found->kind != SettingsNode::Kind::kMap) {
    fault(key, "must be a mapping (name: value), not " + std::string(kind_name(found->kind)));
    found = nullptr;
  }
  for (const auto& [name, value] : found == nullptr ? kNoEntries : found->entries) {
    if (value.kind == SettingsNode::Kind::kScalar) {
      pairs.emplace_back(name, value.scalar);
    } else {
      faults_->push_back(
          {origin(key, name), "must be a single value, not " + std::string(kind_name(value.kind))});
    }
  }
  note(key, {.kind = SettingsQuestion::Kind::kMapping, .entries = pairs});
  return pairs;
}

Section Section::section(std::string_view key) {
  const SettingsNode* found = find(key);
  if (found != nullptr && found->kind != SettingsNode::Kind::kMap) {
    fault(key, "must be a mapping (name: value), not " + std::string(kind_name(found->kind)));
    found = nullptr;
  }
  note(key, {.kind = SettingsQuestion::Kind::kSection});
  return {found, file_, origin(key).key, faults_, trace_};
}

std::vector<Section> Section::sections(std::string_view key) {
  const SettingsNode* found = find(key);
  note(key, {.kind = SettingsQuestion::Kind::kList});
  if (explores()) return {{nullptr, file_, origin(key).key + "[0]", faults_, trace_}};
  if (found == nullptr) return {};
  if (found->kind != SettingsNode::Kind::kList) {
    fault(key, "must be a list of mappings (each starting with '- '), not " +
                   std::string(kind_name(found->kind)));
    return {};
  }
  std::vector<Section> list;
  for (std::size_t i = 0; i < found->items.size(); ++i) {
    const SettingsNode& item = found->items[i];
    const Origin where = origin(key, std::to_string(i));
    if (item.kind == SettingsNode::Kind::kMap) {
      list.emplace_back(&item, file_, where.key, faults_, trace_);
    } else {
      faults_->push_back(
          {where, "must be a mapping (name: value), not " + std::string(kind_name(item.kind))});
    }
  }
  return list;
}

bool Section::has(std::string_view key) const { return lookup(node_, key) != nullptr; }

Origin Section::origin(std::string_view key, std::string_view sub) const {
  Origin where{file_, node_ == nullptr ? 0 : node_->line, path_};
  if (key.empty()) return where;
  where.key.append(path_.empty() ? "" : ".").append(key);
  const SettingsNode* found = lookup(node_, key);
  if (found != nullptr) where.line = found->line;
  if (sub.empty()) return where;
  const bool is_list = found != nullptr && found->kind == SettingsNode::Kind::kList;
  where.key.append(is_list ? "[" : ".").append(sub).append(is_list ? "]" : "");
  const SettingsNode* inner = found == nullptr ? nullptr : part(*found, sub);
  if (inner != nullptr) where.line = inner->line;
  return where;
}

void Section::fault(std::string_view key, std::string message) {
  faults_->push_back({origin(key), std::move(message)});
}

void Section::finish() {
  if (node_ == nullptr) return;
  const std::vector<std::string> known(known_.begin(), known_.end());
  for (const auto& [key, value] : node_->entries) {
    if (known_.contains(key)) continue;
    const std::string_view meant = base::nearest(key, known);
    std::string message = "is not a known key";
    if (!meant.empty()) message.append("; did you mean '").append(meant).append("'?");
    fault(key, std::move(message));
  }
}

}  // namespace moodlesync
