#include "base/text.h"

#include <gtest/gtest.h>

#include <vector>

namespace moodlesync::base {
namespace {

TEST(ParseInt, AcceptsOnlyCanonicalNumbers) {
  EXPECT_EQ(parse_int("-12"), -12);
  EXPECT_EQ(parse_int("9223372036854775807"), INT64_MAX);
  for (const char* bad : {"", "01", "+1", "-0", " 1", "1 ", "1.0", "9223372036854775808"}) {
    EXPECT_FALSE(parse_int(bad).has_value()) << bad;
  }
}

TEST(Nearest, NamesTheFieldThatWasMeant) {
  const std::vector<std::string> fields{"title", "field_moodle_id", "field_category",
                                        "field_summary"};
  EXPECT_EQ(nearest("field_catgory", fields), "field_category");
  EXPECT_EQ(nearest("summary", fields), "field_summary");
  EXPECT_EQ(nearest("zzzzzz", fields), "");
}

TEST(Trim, TakesOuterAsciiBlanksOnly) { EXPECT_EQ(trim("\t a b \r\n"), "a b"); }

}  // namespace
}  // namespace moodlesync::base
