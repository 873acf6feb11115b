#include "base/json_fields.h"

#include <gtest/gtest.h>

namespace moodlesync::base {
namespace {

TEST(JsonFields, AreNothingWhenTheyHaveAnotherType) {
  const Json answer = {{"id", 5}, {"name", "x"}, {"list", Json::array({1})}};
  EXPECT_EQ(int_field(answer, "id"), 5);
  EXPECT_EQ(int_field(answer, "name"), std::nullopt);
  EXPECT_EQ(int_field(answer, "absent"), std::nullopt);
  EXPECT_EQ(int_field(Json(nullptr), "id"), std::nullopt);
  EXPECT_EQ(text_field(answer, "name"), "x");
  EXPECT_EQ(text_field(answer, "id"), std::nullopt);
  EXPECT_EQ(list_field(answer, "list").size(), 1U);
  EXPECT_TRUE(list_field(answer, "id").empty());
}

}  // namespace
}  // namespace moodlesync::base
