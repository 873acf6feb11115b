#include "ops/observers.h"

#include <gtest/gtest.h>

#include <string>

namespace moodlesync::ops {
namespace {

class Tally : public Observer {
 public:
  explicit Tally(std::string& heard) : heard_(heard) {}
  void entered(Phase /*phase*/, const Error* /*hindrance*/) override { heard_ += "e"; }
  void turned(const Turn& /*turn*/) override { heard_ += "t"; }
  void ended(const Ending& /*ending*/) override { heard_ += "o"; }
  void called(const MoodleCall& /*call*/) override { heard_ += "c"; }

 private:
  std::string& heard_;
};

TEST(Observers, PassesEverythingOnToAllOfThem) {
  std::string first;
  std::string second;
  Tally one(first);
  Tally two(second);
  Observers both({&one, &two});
  both.entered(Phase::kStarting, nullptr);
  both.turned({});
  both.ended({TaskKey{}, Outcome{Synced{}}, Settlement{}});
  both.called({"core_user_create_users", 3});
  EXPECT_EQ(first, "etoc");
  EXPECT_EQ(second, "etoc");
}

}  // namespace
}  // namespace moodlesync::ops
