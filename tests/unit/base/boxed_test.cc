#include "moodlesync/boxed.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace moodlesync {
namespace {

using Box = Boxed<std::string>;

TEST(Boxed, IsMissingUntilThereIsSomething) {
  Box box;
  EXPECT_FALSE(box);
  box = std::string("a");
  ASSERT_TRUE(box);
  EXPECT_EQ(*box, "a");
  EXPECT_EQ(box->size(), 1U);
}

TEST(Boxed, IsCopiedWithWhatItHolds) {
  const Box box(std::string("a"));
  Box copy = box;
  *copy += "b";
  EXPECT_EQ(*box, "a");
  copy = box;
  EXPECT_EQ(*copy, "a");
  copy = Box();
  EXPECT_FALSE(copy);
}

TEST(Boxed, HandsOverWhatItHolds) {
  Box box(std::string("a"));
  const Box taken = std::move(box);
  EXPECT_EQ(*taken, "a");
  EXPECT_EQ(sizeof(Box), sizeof(void*));
}

}  // namespace
}  // namespace moodlesync
