#include "drupal/postgres/param.h"

#include <gtest/gtest.h>

namespace moodlesync::postgres {
namespace {

TEST(Param, WritesArraysThatPostgresReadsBack) {
  const std::vector<std::string> texts{"a", "", "NULL", "q\"\\,{}"};
  EXPECT_EQ(Param(texts).text(), R"({"a","","NULL","q\"\\,{}"})");
  EXPECT_EQ(Param(std::vector<int>{}).text(), "{}");
  const std::vector<std::optional<int>> holes{1, std::nullopt};
  EXPECT_EQ(Param(holes).text(), "{1,NULL}");
}

}  // namespace
}  // namespace moodlesync::postgres
