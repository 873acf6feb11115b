// Drupal keeps its caches elsewhere and somebody is told: what is still to be told stays owed in
// the database.
#include "write_back_fixture.h"

namespace moodlesync::postgres {
namespace {

using testsupport::EntityId;

class WriteBackOutside : public WriteBackFixture {
 protected:
  WriteBackOutside()
      : node_{"node", site_.create_node("course", "Algebra")},
        telling_(connection_, names_, schema_, telling()) {
    SourceSpec source;
    source.component = "test";
    source.name = "node";
    source.entity_type = "node";
    source.bundle = "course";
    telling_.set_sources({&source, 1});
    owe(node_, 42);
  }
  static WriteBackSettings telling() {
    WriteBackSettings settings;
    settings.outside_caches = true;
    return settings;
  }
  WriteBackReport tell() {
    make_due();
    auto report = telling_.run(1000);
    EXPECT_TRUE(report) << (report ? "" : report.error().message);
    return report ? *std::move(report) : WriteBackReport{};
  }
  [[nodiscard]] std::vector<EntityRef> just_the_node() const { return {{"node", node_.id}}; }

  EntityId node_;
  DrupalWriteBack telling_;
};

TEST_F(WriteBackOutside, NamesWhatWasWrittenAtOnceAndAgainAtTheSecondLook) {
  EXPECT_EQ(tell().touched, just_the_node());
  EXPECT_EQ(tell().touched, just_the_node());
}

TEST_F(WriteBackOutside, OwesTheTellingUntilItIsDone) {
  tell();
  EXPECT_EQ(link(node_, "write_back"), "2");
  tell();
  EXPECT_EQ(link(node_, "write_back"), "3");
  EXPECT_EQ(link(node_, "write_back_due > now()"), "t");
  EXPECT_EQ(tell().touched, just_the_node()) << "nobody has said that it was done";
  ASSERT_TRUE(telling_.told(just_the_node()));
  EXPECT_EQ(link(node_, "write_back"), "0");
  EXPECT_TRUE(tell().touched.empty());
}

TEST_F(WriteBackOutside, DoesNotTakeTheFirstTellingForTheSecond) {
  tell();
  ASSERT_TRUE(telling_.told(just_the_node()));
  EXPECT_EQ(link(node_, "write_back"), "2");
}

TEST_F(WriteBackOutside, WritesAgainWhatAStaleCopyOutsideWiped) {
  tell();
  tell();
  site_.save(node_, {.fields = {{"field_moodle_id", {}}}});
  ASSERT_EQ(stored(node_), "");
  const WriteBackReport report = tell();
  EXPECT_EQ(report.written, 1U);
  EXPECT_EQ(report.touched, just_the_node());
  EXPECT_EQ(link(node_, "reasserts"), "1");
}

TEST_F(WriteBackOutside, OwesNothingMoreOnceNobodyIsToBeTold) {
  tell();
  tell();
  make_due();
  EXPECT_EQ(run().verified, 1U);
  EXPECT_EQ(link(node_, "write_back"), "0");
}

TEST_F(WriteBackOutside, TellsNobodyOfAnIdThatStoodThereAlready) {
  const EntityId other{"node", site_.create_node("course", "B", {{"field_moodle_id", {"7"}}})};
  owe(other, 7);
  EXPECT_EQ(tell().touched, just_the_node());
  EXPECT_EQ(link(other, "write_back"), "0");
}

}  // namespace
}  // namespace moodlesync::postgres
