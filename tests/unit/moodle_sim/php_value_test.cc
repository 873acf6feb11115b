#include "support/moodle_sim/php_value.h"

#include <gtest/gtest.h>

namespace moodlesync::sim {
namespace {

TEST(PhpForm, NestsBracketsAndKeepsTheOrderOfAppearance) {
  const PhpValue root = parse_form("c[5][name]=b&c[2][name]=a&c%5B5%5D%5Bx%5D=%C3%A9+1", 100);

  const std::vector<PhpValue>& rows = root.list("c");

  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].text("name"), "b");
  EXPECT_EQ(rows[0].text("x"), "é 1");
  EXPECT_EQ(rows[1].text("name"), "a");
}

TEST(PhpForm, EmptyBracketsMakeARowEach) {
  const PhpValue root = parse_form("x[][a]=1&x[][b]=2", 100);

  ASSERT_EQ(root.list("x").size(), 2U);
  EXPECT_TRUE(root.list("x")[0].has("a"));
  EXPECT_TRUE(root.list("x")[1].has("b"));
}

TEST(PhpForm, DropsWhatIsBeyondTheLimit) {
  const PhpValue root = parse_form("a=1&b=2&c=3", 2);

  EXPECT_TRUE(root.has("b"));
  EXPECT_FALSE(root.has("c"));
}

TEST(PhpForm, TheLaterOfTwoEqualNamesWins) {
  EXPECT_EQ(parse_form("a=1&a=2", 10).text("a"), "2");
  EXPECT_TRUE(parse_form("a=1&a[b]=2", 10).find("a")->is_array());
}

TEST(PhpNumber, IsCanonicalOnlyWithoutSignZerosBlanksAndOverflow) {
  for (const char* good : {"0", "-1", "42", "9223372036854775807"}) {
    EXPECT_TRUE(canonical_number(good)) << good;
  }
  for (const char* bad :
       {"", "01", "+1", "-0", " 1", "1 ", "1.0", "1e3", "true", "9223372036854775808"}) {
    EXPECT_FALSE(canonical_number(bad)) << bad;
  }
}

}  // namespace
}  // namespace moodlesync::sim
