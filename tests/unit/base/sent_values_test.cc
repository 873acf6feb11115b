#include "base/sent_values.h"

#include <gtest/gtest.h>

namespace moodlesync::base {
namespace {

TEST(SentValues, AreSentAgainOnlyWhenTheyDiffer) {
  Link link;
  link.sent = {{"name", "Art"}, {"description", "old"}};
  const Values wanted{{"name", "Art"}, {"description", ""}, {"idnumber", "5"}};
  EXPECT_EQ(changes(wanted, link), (Values{{"description", ""}, {"idnumber", "5"}}));
}

TEST(SentValues, AreRememberedAndForgotten) {
  Link link;
  link.sent = {{"name", "Art"}, {"visible", "1"}};
  remember(link, {{"name", "Arts"}, {"lang", "de"}});
  forget(link, {{"visible", "0"}});
  EXPECT_EQ(link.sent, (Values{{"name", "Arts"}, {"lang", "de"}}));
}

TEST(SentValues, BecomeARow) {
  Params row;
  add_all(row.add("id", "4"), {{"b", "2"}, {"a", "1"}});
  EXPECT_EQ(row, Params().add("id", "4").add("a", "1").add("b", "2"));
}

}  // namespace
}  // namespace moodlesync::base
