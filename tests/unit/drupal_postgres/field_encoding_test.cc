#include "drupal/postgres/field_encoding.h"

#include <gtest/gtest.h>

namespace moodlesync::postgres {
namespace {

SchemaField field(const std::string& type, const std::string& property,
                  const std::string& sql_type) {
  SchemaField field;
  field.type = type;
  field.columns[property] = "column";
  field.sql_types[property] = sql_type;
  return field;
}

TEST(DrupalDate, IsReadAsUtc) {
  EXPECT_EQ(parse_drupal_date("1970-01-01T00:00:00"), 0);
  EXPECT_EQ(parse_drupal_date("2024-02-29T23:59:59"), 1709251199);
  EXPECT_EQ(parse_drupal_date("1969-12-31T23:59:59"), -1);
}

TEST(DrupalDate, WithoutTimeIsMidnight) { EXPECT_EQ(parse_drupal_date("2026-09-01"), 1788220800); }

TEST(DrupalDate, IsRefusedWhenItIsNone) {
  for (const char* bad :
       {"", "2026", "2026-13-01", "2026-02-30", "2026-09-01T24:00:00", "2026-09-01 08:00:00",
        "2026-09-01T08:00", "20x6-09-01", "-026-09-01", "2026-09-01T08:00:00Z"}) {
    EXPECT_FALSE(parse_drupal_date(bad)) << bad;
  }
}

TEST(FieldEncoding, TellsADayFromATime) {
  EXPECT_TRUE(decode(Encoding::kDate, "2026-09-01").is_day);
  EXPECT_FALSE(decode(Encoding::kDate, "2026-09-01T00:00:00").is_day);
}

TEST(FieldEncoding, StaysTextForADateThatIsNone) {
  const FieldValue value = decode(Encoding::kDate, "tomorrow");
  EXPECT_EQ(value.type, ValueType::kText);
  EXPECT_EQ(value.text, "tomorrow");
}

TEST(FieldEncoding, FollowsDrupalsTypeAndTheColumn) {
  EXPECT_EQ(encoding_of(field("text_long", "value", "text"), "value", false), Encoding::kLongText);
  EXPECT_EQ(encoding_of(field("text_long", "format", "varchar"), "format", true), Encoding::kText);
  EXPECT_EQ(encoding_of(field("daterange", "end_value", "varchar"), "end_value", true),
            Encoding::kDate);
  EXPECT_EQ(encoding_of(field("boolean", "value", "int2"), "value", false), Encoding::kBoolean);
  EXPECT_EQ(encoding_of(field("decimal", "value", "numeric"), "value", false), Encoding::kNumber);
  EXPECT_EQ(encoding_of(field("created", "value", "int4"), "value", false), Encoding::kTimestamp);
  EXPECT_EQ(encoding_of(field("address", "locality", "varchar"), "locality", true),
            Encoding::kText);
}

TEST(FieldEncoding, LooksUpOnlyReferencesToEntitiesThatItKnows) {
  SchemaField reference = field("entity_reference", "target_id", "int8");
  reference.target_type = "node";
  EXPECT_EQ(encoding_of(reference, "target_id", false), Encoding::kReference);
  EXPECT_EQ(encoding_of(reference, "target_id", true), Encoding::kNumber);
  reference.target_type = "media";
  EXPECT_EQ(encoding_of(reference, "target_id", false), Encoding::kNumber);
  SchemaField role = field("entity_reference", "target_id", "varchar");
  role.target_type = "user_role";
  EXPECT_EQ(encoding_of(role, "target_id", false), Encoding::kText);
}

TEST(FieldEncoding, WritesFlagsAsZeroOrOne) {
  EXPECT_EQ(decode(Encoding::kBoolean, "0").text, "0");
  EXPECT_EQ(decode(Encoding::kBoolean, "1").text, "1");
  EXPECT_EQ(decode(Encoding::kBoolean, "t").text, "1");
}

}  // namespace
}  // namespace moodlesync::postgres
