#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "drupal/postgres/site_schema.h"
#include "moodlesync/entity.h"

namespace moodlesync::postgres {

/// How a stored column becomes a FieldValue.
enum class Encoding {
  kText,
  kLongText,   ///< With the text format beside it.
  kBoolean,    ///< smallint 0 or 1.
  kNumber,     ///< Any number, as stored.
  kTimestamp,  ///< Unix seconds, as stored.
  kDate,       ///< Drupal's datetime text in UTC, to Unix seconds.
  kReference,  ///< Id of an entity that we can look up: its label, and a Reference.
};

/// The encoding of a field's property; `named`: the path named the column (`field_x:target_id`
/// gives the id itself).
[[nodiscard]] Encoding encoding_of(const SchemaField& field, std::string_view property, bool named);

/// Unix seconds of `2026-09-01T08:00:00` (UTC) or of `2026-09-01` (midnight UTC); nothing for
/// anything else. Source: Drupal's DateTimeItemInterface storage formats.
[[nodiscard]] std::optional<std::int64_t> parse_drupal_date(std::string_view text);

/// The value of one column. A date that is none stays text, so that it is refused instead of
/// taken for a cleared field.
[[nodiscard]] FieldValue decode(Encoding encoding, std::string_view text);

}  // namespace moodlesync::postgres
