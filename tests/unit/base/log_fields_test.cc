#include "base/log_fields.h"

#include <gtest/gtest.h>

namespace moodlesync::base {
namespace {

TEST(LogFields, ComeBackAsTheyWereGiven) {
  const std::string line =
      "MS-310 in step" + LogFields().text("entity", "node:12").number("moodle_id", -5).str();
  const SplitLine split = split_log_line(line);
  EXPECT_EQ(split.text, "MS-310 in step");
  ASSERT_EQ(split.fields.size(), 2U);
  EXPECT_EQ(split.fields[0].name, "entity");
  EXPECT_EQ(split.fields[0].value, "node:12");
  EXPECT_FALSE(split.fields[0].is_number);
  EXPECT_EQ(split.fields[1].value, "-5");
  EXPECT_TRUE(split.fields[1].is_number);
}

TEST(LogFields, CannotBeForgedByAValue) {
  const std::string line = LogFields()
                               .text("reason",
                                     "a\x1f"
                                     "entity=user:1 b=c")
                               .str();
  const SplitLine split = split_log_line(line);
  ASSERT_EQ(split.fields.size(), 1U);
  EXPECT_EQ(split.fields[0].value, "aentity=user:1 b=c");
}

TEST(LogFields, AreNoneInAnOrdinaryLine) {
  const SplitLine split = split_log_line("stopping: in_flight=3");
  EXPECT_EQ(split.text, "stopping: in_flight=3");
  EXPECT_TRUE(split.fields.empty());
}

}  // namespace
}  // namespace moodlesync::base
