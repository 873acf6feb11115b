#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "moodlesync/boxed.h"
#include "moodlesync/ids.h"

namespace moodlesync {

/// Where a value of an entity comes from, as written in the configuration:
/// `title`, `field_x`, `field_x:column`, `profile:TYPE:field_x[:column]`, `id`.
struct FieldPath {
  std::string profile;  ///< Profile type, or empty: the entity's own field.
  std::string field;
  /// Empty: the field's main column; for a reference, the label of its target. `label`, of a list:
  /// what the value is called on the site.
  std::string column;
  auto operator<=>(const FieldPath&) const = default;
};

/// Errors: kConfig with code `bad_field_path`, saying which forms are allowed.
[[nodiscard]] Result<FieldPath> parse_field_path(std::string_view text);
[[nodiscard]] std::string to_string(const FieldPath& path);

/// The target of an entity reference, as read together with the referring entity.
struct Reference {
  EntityRef target;
  bool exists = false;  ///< Dangling references are normal in Drupal.
  std::string bundle;   ///< The target's vocabulary or node type; empty when it does not exist.
  std::string moodle_id_text;  ///< The target's field_moodle_id as stored, or empty.
};

/// What kind of thing a field holds; decides how its text is to be read.
enum class ValueType {
  kText,       ///< Plain text.
  kLongText,   ///< Text with a Drupal text format, usually HTML.
  kBoolean,    ///< "0" or "1".
  kNumber,     ///< Decimal digits, as stored.
  kTimestamp,  ///< Unix seconds, UTC; Drupal's datetime strings are converted by the reader.
  kReference,  ///< Text is the label of the target, `reference` is set.
};

/// One value of a field (Drupal fields are lists), from the entity's default-language row.
struct FieldValue {
  ValueType type = ValueType::kText;
  std::string text = {};
  std::string format = {};  ///< kLongText: machine name of the Drupal text format.
  Boxed<Reference> reference = {};
  bool is_day = false;  ///< kTimestamp: a day without a time; the text is its midnight in UTC.
};

/// The state of one entity as its editors see it now: what Moodle ought to agree with.
struct Entity {
  EntityRef ref;
  bool exists = false;  ///< False: deleted in Drupal; only `ref` is set.
  std::string uuid;
  std::string bundle;
  bool published = true;  ///< The entity's own `status`; of a registration: its state is active.
  std::string moodle_id_text;  ///< field_moodle_id as stored, outer blanks removed; empty when
                               ///< there is none.

  /// Values by FieldPath text, in delta order. A field without values has an empty list.
  std::map<std::string, std::vector<FieldValue>, std::less<>> fields;

  /// The entities that belong to this one and that the source asked for (SourceSpec::owned), by
  /// type and id.
  std::vector<Entity> owned;

  /// The values at `path`, empty when there are none or the path was not asked for.
  [[nodiscard]] const std::vector<FieldValue>& values(std::string_view path) const;
  /// The first value at `path`, or nullptr.
  [[nodiscard]] const FieldValue* first(std::string_view path) const;
  /// The text of the first value at `path`, or "".
  [[nodiscard]] std::string_view text(std::string_view path) const;
};

/// What a field_moodle_id says. Source: the contract of the Drupal module moodle_sync.
enum class MoodleIdField {
  kEmpty,     ///< Not synced yet: create.
  kNumber,    ///< That Moodle id: update it.
  kOptedOut,  ///< Anything else, such as `ignore`: no call at all.
};
struct ParsedMoodleId {
  MoodleIdField kind = MoodleIdField::kEmpty;
  MoodleId id;
};
[[nodiscard]] ParsedMoodleId parse_moodle_id(std::string_view text);

}  // namespace moodlesync
