#include "write_back_fixture.h"

namespace moodlesync::postgres {
namespace {

using testsupport::EntityId;

class WriteBackRows : public WriteBackFixture {};

TEST_F(WriteBackRows, WritesTheIdWhereDrupalReadsIt) {
  const EntityId node{"node", site_.create_node("course", "Algebra")};
  owe(node, 42);
  EXPECT_EQ(run().written, 1U);
  EXPECT_EQ(shown(node), "42");
  EXPECT_EQ(site_.load_revision(node, site_.load(node).revision).text("field_moodle_id"), "42");
}

TEST_F(WriteBackRows, InvalidatesTheEntityCacheAndTheTagOfItsPages) {
  const EntityId node{"node", site_.create_node("course", "Algebra")};
  EXPECT_EQ(shown(node), "");
  ASSERT_TRUE(site_.is_cached(node));
  const std::string tag = "node:" + std::to_string(node.id);
  const auto before = site_.tag_count(tag);
  owe(node, 42);
  run();
  EXPECT_FALSE(site_.is_cached(node));
  EXPECT_EQ(site_.tag_count(tag), before + 1);
  EXPECT_EQ(site_.tag_count(tag + ":revisions"), 1);
  EXPECT_EQ(shown(node), "42");
}

/// As in a first load: the links were counted before any owed something.
TEST_F(WriteBackRows, LooksOnlyAtTheLinksOfItsTurnHoweverManyOweSomething) {
  const auto make = [&](int from, int to, const char* owed) {
    site_.sql().run(
        names_.expand("INSERT INTO {moodle_sync.link} (component, source, entity_type, entity_id,"
                      " moodle_id, write_back, write_back_due) SELECT 'test', 'node', 'node', n,"
                      " n, $3, now() FROM generate_series($1::int, $2::int) AS n"),
        {std::to_string(from), std::to_string(to), owed});
  };
  make(1, 1'000, "0");
  site_.sql().run(names_.expand("ANALYZE {moodle_sync.link}"));
  make(1'001, 20'000, "1");
  const auto entries_read = [&] {
    EXPECT_TRUE(connection_.query("SELECT pg_stat_force_next_flush()"));
    return std::stoll(*site_.sql().cell(
        names_.expand("SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE relid = "
                      "'{moodle_sync.link}'::regclass"),
        {}));
  };
  const auto before = entries_read();
  const auto report = write_back_.run(50);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->gone, 50U) << "there are no such nodes";
  EXPECT_LT(entries_read() - before, 1'000);
}

TEST_F(WriteBackRows, OwesASecondLookAfterTheWriteAndThenNothing) {
  const EntityId node{"node", site_.create_node("course", "Algebra")};
  owe(node, 42);
  run();
  EXPECT_EQ(link(node, "write_back"), "2");
  EXPECT_EQ(link(node, "write_back_due > now()"), "t");
  make_due();
  EXPECT_EQ(run().verified, 1U);
  EXPECT_EQ(link(node, "write_back"), "0");
  EXPECT_EQ(link(node, "write_back_due"), "(null)");
}

TEST_F(WriteBackRows, WritesTermsUsersProfilesAndRegistrations) {
  site_.add_profile_type("staff");
  site_.add_registration_type("seminar");
  for (const auto& [type, bundle] : std::vector<std::pair<std::string, std::string>>{
           {"user", "user"}, {"profile", "staff"}, {"registration", "seminar"}}) {
    site_.add_field({.entity_type = type, .bundles = {bundle}, .name = "field_moodle_id"});
  }
  set_sources({{"user", ""},
               {"profile", "staff"},
               {"registration", "seminar"},
               {"taxonomy_term", "sections"}});
  const EntityId term{"taxonomy_term", site_.create_term("sections", "Science")};
  const EntityId user{"user", site_.create_user("anna")};
  const EntityId profile{"profile", site_.create_profile("staff", user.id)};
  const EntityId registration{"registration", site_.create_registration("seminar", 1, user.id)};
  for (const EntityId& id : {term, user, profile, registration}) owe(id, id.id + 1000);
  EXPECT_EQ(run().written, 4U);
  for (const EntityId& id : {term, user, profile, registration}) {
    EXPECT_EQ(shown(id), std::to_string(id.id + 1000)) << id.type;
  }
  EXPECT_EQ(site_.sql().cell("SELECT bundle || revision_id || langcode FROM user__field_moodle_id"),
            "user" + std::to_string(user.id) + "en");
  EXPECT_EQ(site_.sql().cell("SELECT langcode FROM profile_revision__field_moodle_id"), "und");
  EXPECT_EQ(site_.sql().cell("SELECT bundle FROM taxonomy_term__field_moodle_id"), "sections");
}

TEST_F(WriteBackRows, WritesOnlyTheDefaultLanguageOfATranslatedNode) {
  site_.add_language("de");
  const EntityId node{
      "node",
      site_.create("node", {.bundle = "course", .base = {{"title", "Rechnen"}}, .langcode = "de"})};
  site_.save(node, {.base = {{"title", "Counting"}}}, {.langcode = "en"});
  owe(node, 42);
  run();
  EXPECT_EQ(shown(node), "42");
  EXPECT_EQ(site_.sql().number("SELECT count(*) FROM node__field_moodle_id"), 1);
  EXPECT_EQ(site_.sql().cell("SELECT langcode FROM node__field_moodle_id"), "de");
}

TEST_F(WriteBackRows, WritesIntoANumberField) {
  site_.add_field({.entity_type = "node",
                   .bundles = {"course"},
                   .name = "field_moodle_number",
                   .type = "integer"});
  SourceSpec source;
  source.component = "test";
  source.name = "node";
  source.entity_type = "node";
  source.bundle = "course";
  source.moodle_id_field = "field_moodle_number";
  write_back_.set_sources({&source, 1});
  const EntityId node{"node", site_.create_node("course", "Algebra")};
  owe(node, 42);
  EXPECT_EQ(run().written, 1U);
  EXPECT_EQ(site_.load(node).text("field_moodle_number"), "42");
}

TEST_F(WriteBackRows, KeepsTheIdWhenADraftMadeBeforeIsPublishedAfter) {
  const EntityId node{"node", site_.create_node("course", "Algebra")};
  site_.save(node, {.base = {{"title", "Draft"}}}, {.draft = true});
  const auto draft = site_.latest_revision(node);
  owe(node, 42);
  run();
  site_.save(node, {}, {.from_revision = draft});
  EXPECT_EQ(site_.load(node).main().base.at("title"), "Draft");
  EXPECT_EQ(shown(node), "42");
}

TEST_F(WriteBackRows, LeavesWhatSomebodyTypedIntoADraft) {
  const EntityId node{"node", site_.create_node("course", "Algebra")};
  site_.save(node, {.fields = {{"field_moodle_id", {"7"}}}}, {.draft = true});
  owe(node, 42);
  run();
  EXPECT_EQ(site_.load_revision(node, site_.latest_revision(node)).text("field_moodle_id"), "7");
  EXPECT_EQ(stored(node), "42");
}

TEST_F(WriteBackRows, NeverOverwritesWhatSomebodyTyped) {
  const EntityId node{"node",
                      site_.create_node("course", "Algebra", {{"field_moodle_id", {"ignore"}}})};
  owe(node, 42);
  EXPECT_EQ(run().written, 0U);
  EXPECT_EQ(stored(node), "ignore");
  EXPECT_EQ(link(node, "write_back"), "0");
}

TEST_F(WriteBackRows, WritesNothingWhereTheRightValueStandsAlready) {
  const EntityId node{"node",
                      site_.create_node("course", "Algebra", {{"field_moodle_id", {"42"}}})};
  owe(node, 42);
  EXPECT_EQ(run().written, 0U);
  EXPECT_EQ(link(node, "write_back"), "0");
  EXPECT_EQ(site_.tag_count("node:" + std::to_string(node.id)), 0);
}

TEST_F(WriteBackRows, ForgetsWhatIsOwedToADeletedEntity) {
  const EntityId node{"node", site_.create_node("course", "Algebra")};
  owe(node, 42);
  site_.remove("node", {node.id});
  EXPECT_EQ(run().gone, 1U);
  EXPECT_EQ(link(node, "write_back"), "0");
  EXPECT_EQ(site_.sql().number("SELECT count(*) FROM node__field_moodle_id"), 0);
}

TEST_F(WriteBackRows, TakesAnEntityWithAnotherUuidForAnotherOne) {
  const EntityId node{"node", site_.create_node("course", "Algebra")};
  owe(node, 42);
  site_.sql().run(names_.expand("UPDATE {moodle_sync.link} SET uuid = 'another'"));
  EXPECT_EQ(run().gone, 1U);
  EXPECT_EQ(stored(node), "");
}

TEST_F(WriteBackRows, LeavesLinksOfUnknownSourcesAlone) {
  const EntityId node{"node", site_.create_node("course", "Algebra")};
  owe(node, 42);
  set_sources({{"taxonomy_term", "sections"}});
  EXPECT_EQ(run().written, 0U);
  EXPECT_EQ(link(node, "write_back"), "1");
  EXPECT_FALSE(*write_back_.next_due());
}

TEST_F(WriteBackRows, SaysWhenSomethingIsDue) {
  EXPECT_FALSE(*write_back_.next_due());
  const EntityId node{"node", site_.create_node("course", "Algebra")};
  owe(node, 42);
  EXPECT_EQ(**write_back_.next_due(), std::chrono::milliseconds(0));
  run();
  EXPECT_GT(**write_back_.next_due(), std::chrono::milliseconds(1000));
  EXPECT_LE(**write_back_.next_due(), std::chrono::milliseconds(5000));
}

TEST_F(WriteBackRows, DoesManyAtOnceAndNoMoreThanItMay) {
  const auto nids = site_.create_many(
      "node", std::vector<testsupport::NewEntity>(130, {"course", {{"title", "Course"}}}));
  for (const auto nid : nids) owe({"node", nid}, nid + 5000);
  EXPECT_EQ(write_back_.run(100)->written, 100U);
  EXPECT_EQ(run().written, 30U);
  EXPECT_EQ(site_.sql().number("SELECT count(*) FROM node_revision__field_moodle_id WHERE "
                               "field_moodle_id_value::int = entity_id + 5000"),
            130);
}

TEST_F(WriteBackRows, PutsOffALinkWhoseFieldIsGoneAndReportsItBesideWhatItWrote) {
  const EntityId node{"node", site_.create_node("course", "Algebra")};
  const EntityId term{"taxonomy_term", site_.create_term("sections", "Science")};
  owe(node, 42);
  owe(term, 7);
  site_.sql().run("DELETE FROM config WHERE name LIKE 'field.storage.node.%'");
  const WriteBackReport report = run();
  ASSERT_TRUE(report.stuck);
  EXPECT_EQ(report.stuck->code, "no_moodle_id_field");
  EXPECT_NE(report.stuck->message.find("node:" + std::to_string(node.id)), std::string::npos);
  EXPECT_EQ(report.written, 1U);
  EXPECT_EQ(link(node, "write_back_due > now()"), "t");
  EXPECT_EQ(stored(term), "7");
}

class WriteBackElsewhere : public WriteBackFixture {
 protected:
  WriteBackElsewhere()
      : WriteBackFixture({.schema = "web", .prefix = "d10_", .cache_tables = false}) {}
};

TEST_F(WriteBackElsewhere, WorksWithPrefixAndSchemaAndWithoutCacheTables) {
  const EntityId node{"node", site_.create_node("course", "Algebra")};
  owe(node, 42);
  EXPECT_EQ(run().written, 1U);
  EXPECT_EQ(stored(node), "42");
}

}  // namespace
}  // namespace moodlesync::postgres
