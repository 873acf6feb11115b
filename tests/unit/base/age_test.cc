#include "base/age.h"

#include <gtest/gtest.h>

namespace moodlesync::base {
namespace {

using namespace std::chrono_literals;

constexpr AgeUnits kUnits{" s", "m", " hours", "d"};

TEST(RoundedAge, IsSaidInTheLargestUnitOfWhichThereAreTwo) {
  EXPECT_EQ(rounded_age(0s, kUnits), "0 s");
  EXPECT_EQ(rounded_age(119s, kUnits), "119 s");
  EXPECT_EQ(rounded_age(2min, kUnits), "2m");
  EXPECT_EQ(rounded_age(119min + 59s, kUnits), "119m");
  EXPECT_EQ(rounded_age(2h, kUnits), "2 hours");
  EXPECT_EQ(rounded_age(47h + 59min, kUnits), "47 hours");
  EXPECT_EQ(rounded_age(48h, kUnits), "2d");
}

}  // namespace
}  // namespace moodlesync::base
