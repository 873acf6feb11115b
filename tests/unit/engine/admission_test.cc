#include "engine/admission.h"

#include <gtest/gtest.h>

namespace moodlesync::engine {
namespace {

class Admit : public testing::Test {
 protected:
  Admit() {
    conversation_.entity.ref = {"node", 12};
    conversation_.entity.exists = true;
    conversation_.entity.uuid = "u-1";
    conversation_.entity.bundle = "course";
    conversation_.source = &source_;
  }
  template <class T>
  bool ends_with(const std::optional<Outcome>& outcome) {
    return outcome && std::holds_alternative<T>(*outcome);
  }
  Conversation conversation_;
  SourceSpec source_;
};

TEST_F(Admit, SkipsAnOptedOutEntity) {
  conversation_.entity.moodle_id_text = "ignore";
  EXPECT_TRUE(ends_with<Skipped>(admit(conversation_)));
}

TEST_F(Admit, LetsANewEntityThroughAndNotesItsIdentity) {
  EXPECT_FALSE(admit(conversation_).has_value());
  EXPECT_EQ(conversation_.link.uuid, "u-1");
  EXPECT_EQ(conversation_.link.bundle, "course");
}

TEST_F(Admit, TakesOverAnIdThatSomebodyTypedAndForgetsWhatWasSentToTheOldOne) {
  conversation_.link.moodle_id = MoodleId{7};
  conversation_.link.sent["fullname"] = "Old";
  conversation_.entity.moodle_id_text = "99";
  EXPECT_FALSE(admit(conversation_).has_value());
  EXPECT_EQ(conversation_.link.moodle_id, MoodleId{99});
  EXPECT_TRUE(conversation_.link.sent.empty());
}

TEST_F(Admit, LeavesAnIdAloneThatBelongsToAnotherEntity) {
  conversation_.entity.moodle_id_text = "99";
  const auto outcome = admit(conversation_, EntityRef{"node", 7});
  ASSERT_TRUE(ends_with<Error>(outcome));
  EXPECT_EQ(std::get<Error>(*outcome).code, "foreign_id");
  EXPECT_NE(std::get<Error>(*outcome).message.find("node:7"), std::string::npos);
  EXPECT_EQ(conversation_.link.moodle_id, std::nullopt);
}

TEST_F(Admit, ParksAnEntityThatWasMadeAnewUnderTheSameId) {
  conversation_.link.moodle_id = MoodleId{7};
  conversation_.link.uuid = "u-0";
  const auto outcome = admit(conversation_);
  ASSERT_TRUE(ends_with<Error>(outcome));
  EXPECT_EQ(std::get<Error>(*outcome).code, "entity_replaced");
}

TEST_F(Admit, LetsGoOfADeletedEntityThatNeverReachedMoodle) {
  conversation_.entity.exists = false;
  EXPECT_TRUE(ends_with<Removed>(admit(conversation_)));
}

TEST_F(Admit, LooksAgainAtADeletedEntityThatMayHaveReachedMoodle) {
  conversation_.entity.exists = false;
  conversation_.in_doubt = true;
  EXPECT_FALSE(admit(conversation_).has_value());
}

TEST_F(Admit, NeverTouchesWhatADeletedOptedOutEntityHadInMoodle) {
  conversation_.entity.exists = false;
  conversation_.link.moodle_id = MoodleId{7};
  conversation_.link.skipped = "opted_out";
  EXPECT_TRUE(ends_with<Removed>(admit(conversation_)));
}

TEST_F(Admit, NeverTakesAnotherComponentsIdForItsOwn) {
  source_.gives_moodle_id = false;
  conversation_.entity.moodle_id_text = "99";
  EXPECT_FALSE(admit(conversation_).has_value());
  EXPECT_FALSE(conversation_.link.moodle_id.has_value());
  conversation_.link.moodle_id = MoodleId{1};
  EXPECT_FALSE(owes_write_back(conversation_.entity, conversation_.link, source_));
}

TEST_F(Admit, StillSkipsAnEntityThatOptedOutOfAnotherComponent) {
  source_.gives_moodle_id = false;
  conversation_.entity.moodle_id_text = "ignore";
  EXPECT_TRUE(ends_with<Skipped>(admit(conversation_)));
}

TEST_F(Admit, OwesAWriteBackOnlyToAnEmptyField) {
  Link link;
  link.moodle_id = MoodleId{7};
  EXPECT_TRUE(owes_write_back(conversation_.entity, link, source_));
  conversation_.entity.moodle_id_text = "7";
  EXPECT_FALSE(owes_write_back(conversation_.entity, link, source_));
  conversation_.entity.moodle_id_text = "";
  source_.moodle_id_field = "";
  EXPECT_FALSE(owes_write_back(conversation_.entity, link, source_));
}

}  // namespace
}  // namespace moodlesync::engine
