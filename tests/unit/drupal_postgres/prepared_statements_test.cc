#include "drupal/postgres/prepared_statements.h"

#include <gtest/gtest.h>

namespace moodlesync::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class PreparedStatementsTest : public testing::Test {
 protected:
  PreparedStatements prepared_;
  PreparedStatements::TimePoint now_{seconds{1'000}};
};

TEST_F(PreparedStatementsTest, AreFoundByTheirTextUntilTheyAreForgotten) {
  EXPECT_EQ(prepared_.find("SELECT 1"), nullptr);
  const std::string one = prepared_.add("SELECT 1", now_);
  const std::string two = prepared_.add("SELECT 2", now_);
  EXPECT_NE(one, two);
  EXPECT_EQ(*prepared_.find("SELECT 1"), one);
  prepared_.forget();
  EXPECT_EQ(prepared_.find("SELECT 1"), nullptr);
}

TEST_F(PreparedStatementsTest, GrowOldWithTheFirstOfThem) {
  EXPECT_FALSE(prepared_.are_old(now_));
  static_cast<void>(prepared_.add("SELECT 1", now_));
  static_cast<void>(prepared_.add("SELECT 2", now_ + milliseconds{900}));
  EXPECT_FALSE(prepared_.are_old(now_ + milliseconds{1'000}));
  EXPECT_TRUE(prepared_.are_old(now_ + milliseconds{1'001}));
  prepared_.forget();
  static_cast<void>(prepared_.add("SELECT 1", now_ + seconds{11}));
  EXPECT_FALSE(prepared_.are_old(now_ + seconds{11}));
}

TEST_F(PreparedStatementsTest, AreOldAtOnceWhenItIsNotCertainWhichThereAre) {
  prepared_.doubt();
  EXPECT_TRUE(prepared_.are_old(now_));
  prepared_.forget();
  EXPECT_FALSE(prepared_.are_old(now_));
}

}  // namespace
}  // namespace moodlesync::postgres
