#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace moodlesync {

/// One place in the configuration file, for messages: "moodle-syncd.yaml:41:
/// components.course.sources[0].format".
struct Origin {
  std::string file;
  int line = 0;
  std::string key;
};
[[nodiscard]] std::string to_string(const Origin& origin);

/// A mistake in the configuration.
struct SettingsFault {
  Origin origin;
  std::string message;
};

struct SettingsEntry;

/// The configuration as a tree of scalars, lists and mappings with line numbers, whatever format it
/// was written in.
struct SettingsNode {
  enum class Kind { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  std::string scalar;
  bool quoted = false;            ///< "yes" in quotes is text, not a flag.
  bool from_environment = false;  ///< The whole scalar is the value of an environment variable.
  int line = 0;
  std::vector<SettingsNode> items;     ///< kList
  std::vector<SettingsEntry> entries;  ///< kMap, in file order

  /// The value of `key` in a mapping, or nullptr.
  [[nodiscard]] const SettingsNode* find(std::string_view key) const;
};

/// One `key: value` of a mapping.
struct SettingsEntry {
  std::string key;
  SettingsNode value;
};

/// One question that was put to the configuration, and its answer: what `config print` and `config
/// schema` are made of.
struct SettingsQuestion {
  enum class Kind { kText, kFlag, kNumber, kDuration, kChoice, kTexts, kMapping, kSection, kList };
  Kind kind = Kind::kText;
  Origin origin = {};   ///< Its key: "components.course.sources[0].name".
  bool is_set = false;  ///< It stands in the file; else `value` is the default.
  bool from_environment = false;
  std::string value = {};                                         ///< As it counts; of a scalar.
  std::vector<std::string> values = {};                           ///< kTexts.
  std::vector<std::pair<std::string, std::string>> entries = {};  ///< kMapping.
  std::int64_t min = 0;                                           ///< kNumber.
  std::int64_t max = 0;
  std::vector<std::string> choices = {};  ///< kChoice.
};

/// Listens while a configuration is read.
struct SettingsTrace {
  /// Nothing is there, and every list has one empty entry, so that each key is asked for once.
  bool explores = false;
  std::vector<SettingsQuestion> questions = {};
};

/// A mapping of the configuration with typed getters. Every getter names the key as known; after
/// reading, `finish()` reports the keys that nobody asked for, with the nearest known one. Faults
/// are collected, never thrown, so that all are reported at once.
///
/// Lifetime: a cheap handle; borrows the tree, the fault list and the trace, which must outlive
/// it.
class Section {
 public:
  /// `trace`: is told of every question; may be null.
  Section(const SettingsNode* node, std::string file, std::string path,
          std::vector<SettingsFault>* faults, SettingsTrace* trace = nullptr);

  /// The value of `key`, or `fallback` when it is absent. A wrong type is a fault and gives the
  /// fallback.
  [[nodiscard]] std::string text(std::string_view key, std::string_view fallback = {});
  [[nodiscard]] bool flag(std::string_view key, bool fallback);
  [[nodiscard]] std::int64_t number(std::string_view key, std::int64_t fallback, std::int64_t min,
                                    std::int64_t max);
  /// "500ms", "30s", "5m", "2h", or a plain number of seconds.
  [[nodiscard]] std::chrono::milliseconds duration(std::string_view key,
                                                   std::chrono::milliseconds fallback);
  /// One of `choices`; anything else is a fault that lists them.
  [[nodiscard]] std::string choice(std::string_view key, std::string_view fallback,
                                   const std::vector<std::string_view>& choices);
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);
  /// A mapping of scalars, in file order.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> mapping(std::string_view key);
  /// A nested mapping; an empty one when absent.
  [[nodiscard]] Section section(std::string_view key);
  /// A list of mappings.
  [[nodiscard]] std::vector<Section> sections(std::string_view key);

  [[nodiscard]] bool has(std::string_view key) const;
  /// Where `key` (or the entry `sub` of the mapping `key`) stands, for faults found later.
  [[nodiscard]] Origin origin(std::string_view key, std::string_view sub = {}) const;
  /// True while all keys are asked for only to find out which there are.
  [[nodiscard]] bool explores() const { return trace_ != nullptr && trace_->explores; }
  void fault(std::string_view key, std::string message);
  /// Reports unknown keys of this mapping (not of nested ones).
  void finish();

 private:
  [[nodiscard]] const SettingsNode* find(std::string_view key);
  const SettingsNode* scalar(std::string_view key, std::string_view wanted);
  [[nodiscard]] std::int64_t read_number(std::string_view key, std::int64_t fallback,
                                         std::int64_t min, std::int64_t max);
  void note(std::string_view key, SettingsQuestion question);

  const SettingsNode* node_;
  std::string file_;
  std::string path_;
  std::vector<SettingsFault>* faults_;
  SettingsTrace* trace_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace moodlesync
