#include "support/drupal_site/field_type.h"

#include <stdexcept>

namespace moodlesync::testsupport {

namespace {

const std::vector<FieldType>& all_types() {
  static const std::vector<FieldType> kTypes = {
      {"string", "core", {{"value", "varchar(255) NOT NULL"}}, {}},
      {"string_long", "core", {{"value", "text NOT NULL"}}, {}},
      {"text",
       "text",
       {{"value", "varchar(255) NOT NULL"}, {"format", "varchar(255)"}},
       {"format"}},
      {"text_long", "text", {{"value", "text NOT NULL"}, {"format", "varchar(255)"}}, {"format"}},
      {"text_with_summary",
       "text",
       {{"value", "text NOT NULL"}, {"summary", "text"}, {"format", "varchar(255)"}},
       {"format"}},
      {"boolean", "core", {{"value", "smallint NOT NULL"}}, {}},
      {"integer", "core", {{"value", "integer NOT NULL"}}, {}},
      {"decimal", "core", {{"value", "numeric(10,2) NOT NULL"}}, {}},
      {"float", "core", {{"value", "double precision NOT NULL"}}, {}},
      {"timestamp", "core", {{"value", "integer NOT NULL"}}, {}},
      {"datetime", "datetime", {{"value", "varchar(20) NOT NULL"}}, {"value"}},
      {"daterange",
       "datetime_range",
       {{"value", "varchar(20) NOT NULL"}, {"end_value", "varchar(20) NOT NULL"}},
       {"value", "end_value"}},
      {"list_string", "options", {{"value", "varchar(255) NOT NULL"}}, {"value"}},
      {"list_integer", "options", {{"value", "integer NOT NULL"}}, {"value"}},
      {"list_float", "options", {{"value", "double precision NOT NULL"}}, {"value"}},
      {"email", "core", {{"value", "varchar(254) NOT NULL"}}, {}},
      {"telephone", "telephone", {{"value", "varchar(256) NOT NULL"}}, {}},
      {"link",
       "link",
       {{"uri", "varchar(2048)"}, {"title", "varchar(255)"}, {"options", "bytea"}},
       {"uri"}},
      {"entity_reference", "core", {{"target_id", "bigint NOT NULL"}}, {"target_id"}},
      {"entity_reference_revisions",
       "entity_reference_revisions",
       {{"target_id", "bigint NOT NULL"}, {"target_revision_id", "bigint NOT NULL"}},
       {"target_id", "target_revision_id"}},
      {"image",
       "image",
       {{"target_id", "bigint NOT NULL"},
        {"alt", "varchar(512)"},
        {"title", "varchar(1024)"},
        {"width", "bigint"},
        {"height", "bigint"}},
       {"target_id"}},
  };
  return kTypes;
}

}  // namespace

FieldType field_type(std::string_view id, bool config_target) {
  for (const FieldType& type : all_types()) {
    if (type.id != id) continue;
    FieldType found = type;
    if (config_target) found.columns = {{"target_id", "varchar(255) NOT NULL"}};
    return found;
  }
  throw std::invalid_argument("no such field type: " + std::string(id));
}

}  // namespace moodlesync::testsupport
