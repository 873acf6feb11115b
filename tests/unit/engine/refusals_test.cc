#include "engine/refusals.h"

#include <gtest/gtest.h>

#include "support/ports/fake_ports.h"

namespace moodlesync::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class RefusalsTest : public testing::Test {
 protected:
  milliseconds rest() { return std::chrono::ceil<milliseconds>(until_end()); }
  [[nodiscard]] Clock::TimePoint::duration until_end() const {
    return refusals_.rests_until() - clock_.now();
  }
  void outlive_the_rest() { clock_.advance(rest()); }

  fakes::FakeClock clock_;
  Refusals refusals_{clock_, seconds{5}};
  Error refused_{ErrorKind::kBug, "42501", "permission denied for table task"};
  Error away_{ErrorKind::kUnavailable, "database_unavailable", "gone"};
};

TEST_F(RefusalsTest, RestUntilTheTimeIsOver) {
  EXPECT_FALSE(refusals_.is_resting());
  refusals_.note_intake(refused_);
  EXPECT_TRUE(refusals_.is_resting());
  outlive_the_rest();
  EXPECT_FALSE(refusals_.is_resting());
}

TEST_F(RefusalsTest, RestLongerEachTimeUpToALimit) {
  refusals_.note_intake(refused_);
  EXPECT_EQ(rest(), seconds{1});
  refusals_.note_intake(refused_);
  EXPECT_EQ(rest(), seconds{2});
  refusals_.note_intake(refused_);
  refusals_.note_intake(refused_);
  EXPECT_EQ(rest(), seconds{5});
}

TEST_F(RefusalsTest, RestShortlyAgainOnceAllWentWell) {
  refusals_.note_intake(refused_);
  refusals_.note_intake(refused_);
  outlive_the_rest();
  refusals_.note_intake(ok());
  refusals_.note_intake(refused_);
  EXPECT_EQ(rest(), seconds{1});
}

TEST_F(RefusalsTest, AreNotWhatATryLaterMayMend) {
  refusals_.note_intake(away_);
  refusals_.note_intake(Error{ErrorKind::kTransient, "40P01", "deadlock"});
  refusals_.note_intake(Error{ErrorKind::kInDoubt, "database_unavailable", "cut"});
  EXPECT_FALSE(refusals_.is_resting());
  EXPECT_FALSE(refusals_.last().has_value());
}

TEST_F(RefusalsTest, AreKeptWithoutARestWhereNothingDependsOnThem) {
  EXPECT_FALSE(refusals_.note(away_));
  EXPECT_TRUE(refusals_.note(refused_));
  EXPECT_FALSE(refusals_.is_resting());
  ASSERT_TRUE(refusals_.last().has_value());
  EXPECT_EQ(refusals_.last()->message, "permission denied for table task");
}

TEST_F(RefusalsTest, AreForgottenWithTheNextRun) {
  refusals_.note_intake(refused_);
  refusals_.forget();
  EXPECT_FALSE(refusals_.last().has_value());
  EXPECT_TRUE(refusals_.is_resting()) << "the database has not changed its mind";
}

}  // namespace
}  // namespace moodlesync::engine
