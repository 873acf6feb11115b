#include "moodlesync/entity.h"

#include <gtest/gtest.h>

namespace moodlesync {
namespace {

TEST(FieldPath, ReadsEveryFormThatTheConfigurationAllows) {
  EXPECT_EQ(*parse_field_path("title"), (FieldPath{"", "title", ""}));
  EXPECT_EQ(*parse_field_path("field_x:target_id"), (FieldPath{"", "field_x", "target_id"}));
  EXPECT_EQ(*parse_field_path("profile:staff:field_phone"),
            (FieldPath{"staff", "field_phone", ""}));
  EXPECT_EQ(*parse_field_path("profile:staff:field_phone:value"),
            (FieldPath{"staff", "field_phone", "value"}));
}

TEST(FieldPath, IsWrittenAsItWasRead) {
  EXPECT_EQ(to_string(*parse_field_path("profile:staff:field_phone:value")),
            "profile:staff:field_phone:value");
  EXPECT_EQ(to_string(*parse_field_path("title")), "title");
}

TEST(FieldPath, RefusesWhatIsNoFieldName) {
  for (const char* bad :
       {"", "a b", "field_x:", ":x", "a:b:c", "profile::x:y", "x;drop table node"}) {
    const auto path = parse_field_path(bad);
    ASSERT_FALSE(path) << bad;
    EXPECT_EQ(path.error().code, "bad_field_path");
  }
}

TEST(MoodleIdField, TellsEmptyNumberAndOptOutApart) {
  EXPECT_EQ(parse_moodle_id("  ").kind, MoodleIdField::kEmpty);
  EXPECT_EQ(parse_moodle_id(" 42 ").id, MoodleId{42});
  EXPECT_EQ(parse_moodle_id("ignore").kind, MoodleIdField::kOptedOut);
  EXPECT_EQ(parse_moodle_id("0").kind, MoodleIdField::kOptedOut);
  EXPECT_EQ(parse_moodle_id("-3").kind, MoodleIdField::kOptedOut);
  EXPECT_EQ(parse_moodle_id("12a").kind, MoodleIdField::kOptedOut);
}

TEST(EntityRef, IsReadAndWrittenAsTypeColonId) {
  EXPECT_EQ(*parse_entity_ref("node:12"), (EntityRef{"node", 12}));
  EXPECT_EQ(to_string(EntityRef{"node", 12}), "node:12");
  EXPECT_FALSE(parse_entity_ref("node"));
  EXPECT_FALSE(parse_entity_ref(":12"));
  EXPECT_FALSE(parse_entity_ref("node:x"));
}

}  // namespace
}  // namespace moodlesync
