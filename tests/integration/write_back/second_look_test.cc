#include "write_back_fixture.h"

namespace moodlesync::postgres {
namespace {

using testsupport::EntityId;

class WriteBackSecondLook : public WriteBackFixture {
 protected:
  WriteBackSecondLook() : node_{"node", site_.create_node("course", "Algebra")} {}

  /// A form that shows the field, opened before the id was there, is submitted now.
  void wipe() {
    site_.save(node_, {.fields = {{"field_moodle_id", {}}}});
    ASSERT_EQ(stored(node_), "");
  }

  EntityId node_;
};

TEST_F(WriteBackSecondLook, DropsACopyThatAReaderCachedAfterTheWrite) {
  const testsupport::SiteEntity old = site_.load(node_);
  owe(node_, 42);
  run();
  testsupport::EntityLoader(site_.context()).remember(old);
  EXPECT_EQ(shown(node_), "");
  make_due();
  EXPECT_EQ(run().verified, 1U);
  EXPECT_EQ(shown(node_), "42");
}

TEST_F(WriteBackSecondLook, DropsThePagesThatWereMadeFromSuchACopy) {
  owe(node_, 42);
  run();
  const std::string tag = "node:" + std::to_string(node_.id);
  // What a page that is made now is valid for.
  const auto made_at = site_.tag_count(tag);
  make_due();
  EXPECT_EQ(run().verified, 1U);
  EXPECT_GT(site_.tag_count(tag), made_at);
}

TEST_F(WriteBackSecondLook, SurvivesAFormThatWasOpenedBeforeAndHidesTheField) {
  auto form = site_.open_form(node_);
  owe(node_, 42);
  run();
  ASSERT_TRUE(form.submit());
  EXPECT_EQ(shown(node_), "42");
}

TEST_F(WriteBackSecondLook, WritesAgainWhatAStaleFormWiped) {
  auto form = site_.open_form(node_);
  form.show("field_moodle_id");
  owe(node_, 42);
  run();
  ASSERT_TRUE(form.submit());
  ASSERT_EQ(stored(node_), "");
  make_due();
  EXPECT_EQ(run().written, 1U);
  EXPECT_EQ(shown(node_), "42");
  EXPECT_EQ(link(node_, "reasserts"), "1");
  EXPECT_EQ(link(node_, "write_back"), "2");
}

TEST_F(WriteBackSecondLook, WritesAgainWhenTheEngineOwesItAgain) {
  owe(node_, 42);
  run();
  make_due();
  run();
  wipe();
  owe(node_, 42, 1);
  EXPECT_EQ(run().written, 1U);
  EXPECT_EQ(shown(node_), "42");
}

TEST_F(WriteBackSecondLook, LeavesAnotherValueThatSomebodyTyped) {
  owe(node_, 42);
  run();
  site_.save(node_, {.fields = {{"field_moodle_id", {"99"}}}});
  make_due();
  EXPECT_EQ(run().written, 0U);
  EXPECT_EQ(stored(node_), "99");
  EXPECT_EQ(link(node_, "write_back"), "0");
}

TEST_F(WriteBackSecondLook, StopsFightingAfterAFewTimesADay) {
  owe(node_, 42);
  run();
  for (int i = 0; i < 3; ++i) {
    wipe();
    make_due();
    EXPECT_EQ(run().written, 1U) << i;
  }
  wipe();
  make_due();
  const WriteBackReport report = run();
  EXPECT_EQ(report.written, 0U);
  EXPECT_EQ(report.capped, std::vector<std::string>{"node:" + std::to_string(node_.id)});
  EXPECT_EQ(stored(node_), "");
  EXPECT_TRUE(run().capped.empty());
}

TEST_F(WriteBackSecondLook, TriesAgainTheNextDay) {
  owe(node_, 42, 9);
  EXPECT_EQ(run().capped.size(), 1U);
  site_.sql().run(names_.expand("UPDATE {moodle_sync.link} SET reasserted_on = current_date - 1"));
  make_due();
  EXPECT_EQ(run().written, 1U);
  EXPECT_EQ(shown(node_), "42");
}

}  // namespace
}  // namespace moodlesync::postgres
