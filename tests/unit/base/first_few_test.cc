#include "base/first_few.h"

#include <gtest/gtest.h>

#include <vector>

namespace moodlesync::base {
namespace {

TEST(FirstFew, NamesAllWhenTheyAreFew) {
  EXPECT_EQ(first_few({}, 3), "");
  EXPECT_EQ(first_few(std::vector<std::string>{"a"}, 3), "a");
  EXPECT_EQ(first_few(std::vector<std::string>{"a", "b", "c"}, 3), "a, b, c");
}

TEST(FirstFew, SaysHowManyMoreThereAre) {
  EXPECT_EQ(first_few(std::vector<std::string>{"a", "b", "c", "d", "e"}, 3), "a, b, c and 2 more");
}

}  // namespace
}  // namespace moodlesync::base
