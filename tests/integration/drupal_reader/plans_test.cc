// Statements whose plans are used again: what is true of the tables may change meanwhile.
#include "reader_fixture.h"

namespace moodlesync::postgres {
namespace {

class DrupalReaderPlans : public ReaderFixture {
 protected:
  /// Without preparing the source again.
  std::vector<Entity> read(const SourceSpec& spec, const std::vector<std::int64_t>& ids) {
    std::vector<EntityRef> refs;
    for (const std::int64_t id : ids) refs.push_back({spec.entity_type, id});
    auto entities = reader_.load(spec, refs);
    EXPECT_TRUE(entities) << (entities ? "" : entities.error().message);
    return entities ? *std::move(entities) : std::vector<Entity>(ids.size());
  }
  /// Rows of Drupal's tables that this session has looked at so far, by whatever way.
  std::int64_t rows_looked_at() {
    EXPECT_TRUE(connection_.query("SELECT pg_stat_force_next_flush()"));
    auto rows = connection_.query(
        "SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::bigint FROM "
        "pg_stat_user_tables WHERE relname ~ '^(users|user__|profile)'");
    EXPECT_TRUE(rows) << rows.error().message;
    return rows ? (*rows)[0].integer(0) : -1;
  }
};

TEST_F(DrupalReaderPlans, ReadsAColumnWhoseTypeWasChangedMeanwhile) {
  add_field("field_note", "string");
  const SourceSpec spec = source("node", "course", {"title", "field_note"});
  const auto nid = site_.create_node("course", "Algebra", {{"field_note", {"short"}}});
  EXPECT_EQ(load(spec, nid).text("field_note"), "short");
  site_.sql().run("ALTER TABLE " + site_.table("node__field_note") +
                  " ALTER COLUMN field_note_value TYPE varchar(1000)");
  const Entity again = read(spec, {nid}).front();
  EXPECT_EQ(again.text("field_note"), "short");
  EXPECT_EQ(again.values("title").size(), 1U) << "what was read before the failure counts once";
}

TEST_F(DrupalReaderPlans, LooksUpByKeyWhatWasNotThereWhenItWasPlanned) {
  constexpr std::size_t kUsers = 3'000;
  constexpr std::size_t kAsked = 100;
  site_.add_profile_type("staff");
  site_.add_field({.entity_type = "user", .bundles = {"user"}, .name = "field_moodle_id"});
  site_.add_field({.entity_type = "user", .bundles = {"user"}, .name = "field_city"});
  site_.add_field({.entity_type = "profile", .bundles = {"staff"}, .name = "field_room"});
  const SourceSpec spec = source("user", "", {"mail", "field_city", "profile:staff:field_room"});
  static_cast<void>(load(spec, 999));
  std::vector<testsupport::NewEntity> users;
  for (std::size_t i = 0; i < kUsers; ++i) {
    users.push_back({.bundle = "user",
                     .base = {{"name", "user" + std::to_string(i)}},
                     .fields = {{"field_city", {"Bonn"}}}});
  }
  const std::vector<std::int64_t> uids = site_.create_many("user", users);
  std::vector<testsupport::NewEntity> profiles;
  for (const std::int64_t uid : uids) {
    profiles.push_back({.bundle = "staff",
                        .base = {{"uid", std::to_string(uid)}},
                        .fields = {{"field_room", {"A 12"}}}});
  }
  static_cast<void>(site_.create_many("profile", profiles));

  site_.sql().run("ANALYZE");  // As autovacuum does; it ends the plans of empty tables.
  site_.sql().run("SELECT pg_stat_force_next_flush()");
  const std::int64_t before = rows_looked_at();
  const auto read_now = read(spec, {uids.begin(), uids.begin() + kAsked});
  const std::int64_t rows = rows_looked_at() - before;
  EXPECT_EQ(read_now.back().text("profile:staff:field_room"), "A 12");
  EXPECT_EQ(read_now.back().text("field_city"), "Bonn");
  constexpr std::int64_t kTables = 6;
  EXPECT_GE(rows, std::int64_t{kAsked}) << "the counting does not work";
  EXPECT_LE(rows, std::int64_t{kAsked} * kTables);
}

}  // namespace
}  // namespace moodlesync::postgres
