#include "reader_fixture.h"

namespace moodlesync::postgres {
namespace {

using Texts = std::vector<std::string>;

Texts texts(const Entity& entity, const std::string& path) {
  Texts all;
  for (const FieldValue& value : entity.values(path)) all.push_back(value.text);
  return all;
}

class DrupalReaderFields : public ReaderFixture {
 protected:
  /// The first value of `path` on a new course with these fields.
  FieldValue value(const std::string& path, testsupport::Fields fields,
                   testsupport::BaseValues base = {}) {
    const auto nid = site_.create_node("course", "Algebra", std::move(fields), std::move(base));
    const Entity entity = load(source("node", "course", {path}), nid);
    const FieldValue* first = entity.first(path);
    return first ? *first : FieldValue{.text = "(none)"};
  }
};

TEST_F(DrupalReaderFields, LooksAtEachRowOnceOnASiteWithoutStatistics) {
  constexpr std::int64_t kNodes = 600;
  std::vector<std::int64_t> ids;
  for (int i = 0; i < kNodes; ++i) ids.push_back(site_.create_node("course", "Algebra"));
  const SourceSpec spec = source("node", "course", {"title"});
  ASSERT_EQ(faults(spec), "");
  const auto rows_looked_at = [&] {
    EXPECT_TRUE(connection_.query("SELECT pg_stat_force_next_flush()"));
    const auto rows = connection_.query(
        "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint FROM "
        "pg_stat_user_tables WHERE relname IN ('node', 'node_field_data')");
    EXPECT_TRUE(rows) << rows.error().message;
    return rows ? (*rows)[0].integer(0) : 0;
  };
  const std::int64_t before = rows_looked_at();
  EXPECT_EQ(load_all(spec, ids).back().text("title"), "Algebra");
  // Twice two tables: `exists` and the values may be looked for apart.
  EXPECT_LE(rows_looked_at() - before, 4 * kNodes);
}

TEST_F(DrupalReaderFields, ReadsWhatEveryNodeHas) {
  const auto nid = site_.create_node("course", "Algebra", {{"field_moodle_id", {" 42 "}}},
                                     {{"status", "0"}, {"created", "1700000000"}});
  const Entity entity = load(source("node", "course", {"title", "status", "created", "id"}), nid);
  EXPECT_TRUE(entity.exists);
  EXPECT_EQ(entity.bundle, "course");
  EXPECT_EQ(entity.uuid, site_.load({"node", nid}).uuid);
  EXPECT_FALSE(entity.published);
  EXPECT_EQ(entity.moodle_id_text, "42");
  EXPECT_EQ(entity.text("title"), "Algebra");
  EXPECT_EQ(entity.text("status"), "0");
  EXPECT_EQ(entity.first("status")->type, ValueType::kBoolean);
  EXPECT_EQ(entity.text("created"), "1700000000");
  EXPECT_EQ(entity.first("created")->type, ValueType::kTimestamp);
  EXPECT_EQ(entity.text("id"), std::to_string(nid));
}

TEST_F(DrupalReaderFields, ReadsATermWithItsDescriptionAndParents) {
  const auto root = site_.create_term("sections", "Science", {}, {{"field_moodle_id", {"7"}}});
  const auto other = site_.create_term("sections", "Other");
  const auto tid = site_.create_term(
      "sections", "Maths & more", {root, other}, {},
      {{"description__value", "<p>All of it</p>"}, {"description__format", "basic_html"}});
  const Entity entity =
      load(source("taxonomy_term", "sections", {"name", "description", "parent"}), tid);
  EXPECT_EQ(entity.text("name"), "Maths & more");
  EXPECT_EQ(entity.first("description")->type, ValueType::kLongText);
  EXPECT_EQ(entity.first("description")->format, "basic_html");
  EXPECT_EQ(texts(entity, "parent"), (Texts{"Science", "Other"}));
  EXPECT_EQ(entity.first("parent")->reference->target, (EntityRef{"taxonomy_term", root}));
  EXPECT_EQ(entity.first("parent")->reference->moodle_id_text, "7");
}

TEST_F(DrupalReaderFields, TakesATermAtTheRootForOneWithoutParent) {
  const auto tid = site_.create_term("sections", "Science");
  EXPECT_TRUE(load(source("taxonomy_term", "sections", {"parent"}), tid).values("parent").empty());
}

TEST_F(DrupalReaderFields, TurnsDatesIntoUnixSeconds) {
  add_field("field_at", "datetime");
  add_field("field_span", "daterange");
  add_field("field_stamp", "timestamp");
  EXPECT_EQ(value("field_at", {{"field_at", {"2026-09-01T08:00:00"}}}).text, "1788249600");
  EXPECT_EQ(value("field_at", {{"field_at", {"2026-09-01"}}}).text, "1788220800");
  EXPECT_EQ(value("field_stamp", {{"field_stamp", {"1700000000"}}}).type, ValueType::kTimestamp);
  const testsupport::Item span(std::map<std::string, std::string>{
      {"value", "2026-09-01T08:00:00"}, {"end_value", "2026-09-02T08:00:00"}});
  EXPECT_EQ(value("field_span", {{"field_span", {span}}}).text, "1788249600");
  EXPECT_EQ(value("field_span:end_value", {{"field_span", {span}}}).text, "1788336000");
}

TEST_F(DrupalReaderFields, KeepsFalseAndZeroAsValues) {
  add_field("field_on", "boolean");
  add_field("field_count", "integer");
  const FieldValue off = value("field_on", {{"field_on", {"0"}}});
  EXPECT_EQ(off.type, ValueType::kBoolean);
  EXPECT_EQ(off.text, "0");
  EXPECT_EQ(value("field_count", {{"field_count", {"0"}}}).text, "0");
}

TEST_F(DrupalReaderFields, ReadsEveryOtherKindOfField) {
  add_field("field_price", "decimal");
  add_field("field_level", "list_string");
  add_field("field_mail", "email");
  add_field("field_link", "link");
  add_field("field_body", "text_with_summary");
  EXPECT_EQ(value("field_price", {{"field_price", {"9.50"}}}).text, "9.50");
  EXPECT_EQ(value("field_price", {{"field_price", {"9.50"}}}).type, ValueType::kNumber);
  EXPECT_EQ(value("field_level", {{"field_level", {"high"}}}).text, "high");
  EXPECT_EQ(value("field_mail", {{"field_mail", {"a@example.org"}}}).text, "a@example.org");
  EXPECT_EQ(value("field_link", {{"field_link", {"https://example.org"}}}).text,
            "https://example.org");
  const testsupport::Item body(std::map<std::string, std::string>{
      {"value", "<p>Long</p>"}, {"summary", "Short"}, {"format", "full_html"}});
  EXPECT_EQ(value("field_body", {{"field_body", {body}}}).format, "full_html");
  EXPECT_EQ(value("field_body:summary", {{"field_body", {body}}}).text, "Short");
}

TEST_F(DrupalReaderFields, GivesTheLabelOfAReferenceAndItsIdOnRequest) {
  add_field("field_section", "entity_reference", 1, "taxonomy_term");
  const auto tid = site_.create_term("sections", "Science", {}, {{"field_moodle_id", {"7"}}});
  const testsupport::Fields fields = {{"field_section", {tid}}};
  const FieldValue reference = value("field_section", fields);
  EXPECT_EQ(reference.type, ValueType::kReference);
  EXPECT_EQ(reference.text, "Science");
  ASSERT_TRUE(reference.reference);
  EXPECT_TRUE(reference.reference->exists);
  EXPECT_EQ(reference.reference->bundle, "sections");
  EXPECT_EQ(reference.reference->moodle_id_text, "7");
  const FieldValue id = value("field_section:target_id", fields);
  EXPECT_EQ(id.text, std::to_string(tid));
  EXPECT_FALSE(id.reference);
}

TEST_F(DrupalReaderFields, KnowsADanglingReference) {
  add_field("field_section", "entity_reference", 1, "taxonomy_term");
  const FieldValue reference = value("field_section", {{"field_section", {"999"}}});
  ASSERT_TRUE(reference.reference);
  EXPECT_FALSE(reference.reference->exists);
  EXPECT_EQ(reference.text, "");
  EXPECT_EQ(reference.reference->target.id, 999);
}

TEST_F(DrupalReaderFields, ReadsReferencesToConfigurationAsText) {
  add_field("field_role", "entity_reference", 1, "user_role");
  EXPECT_EQ(value("field_role", {{"field_role", {"editor"}}}).text, "editor");
  const auto uid = site_.create_user("anna", {{"roles", {"editor", "tutor"}}});
  site_.add_field({.entity_type = "user", .bundles = {"user"}, .name = "field_moodle_id"});
  EXPECT_EQ(texts(load(source("user", "", {"roles"}), uid), "roles"), (Texts{"editor", "tutor"}));
}

TEST_F(DrupalReaderFields, KeepsTheOrderOfSeveralValuesAndStopsAtTheCardinality) {
  add_field("field_many", "string", -1);
  add_field("field_two", "string", 2);
  const auto nid = site_.create_node("course", "Algebra",
                                     {{"field_many", {"c", "a", "b"}}, {"field_two", {"1", "2"}}});
  site_.sql().run(
      "INSERT INTO node__field_two SELECT bundle, deleted, entity_id, revision_id, langcode, 7, "
      "'3' "
      "FROM node__field_two WHERE delta = 0");
  site_.sql().run("UPDATE node__field_many SET delta = 9 WHERE field_many_value = 'b'");
  const Entity entity = load(source("node", "course", {"field_many", "field_two"}), nid);
  EXPECT_EQ(texts(entity, "field_many"), (Texts{"c", "a", "b"}));
  EXPECT_EQ(texts(entity, "field_two"), (Texts{"1", "2"}));
}

TEST_F(DrupalReaderFields, GivesAnEmptyListForAFieldWithoutValues) {
  add_field("field_note", "string");
  const auto nid = site_.create_node("course", "Algebra");
  const Entity entity = load(source("node", "course", {"field_note"}), nid);
  EXPECT_TRUE(entity.fields.contains("field_note"));
  EXPECT_TRUE(entity.values("field_note").empty());
  EXPECT_EQ(entity.moodle_id_text, "");
}

TEST_F(DrupalReaderFields, IgnoresValuesOfARemovedFieldThatWaitForTheirPurge) {
  add_field("field_note", "string");
  const auto nid = site_.create_node("course", "Algebra", {{"field_note", {"old"}}});
  site_.remove_field("node", "course", "field_note");
  add_field("field_note", "string");
  EXPECT_TRUE(load(source("node", "course", {"field_note"}), nid).values("field_note").empty());
}

TEST_F(DrupalReaderFields, DoesNotSeeDrafts) {
  const auto nid = site_.create_node("course", "Algebra", {{"field_moodle_id", {"42"}}});
  site_.save_node(nid, {.base = {{"title", "Draft"}}, .fields = {{"field_moodle_id", {}}}},
                  {.draft = true});
  const Entity entity = load(source("node", "course", {"title"}), nid);
  EXPECT_EQ(entity.text("title"), "Algebra");
  EXPECT_EQ(entity.moodle_id_text, "42");
}

TEST_F(DrupalReaderFields, SaysWhichEntitiesAreGoneOrOfAnotherBundle) {
  site_.add_node_type("page");
  const auto course = site_.create_node("course", "Algebra");
  const auto page = site_.create_node("page", "About");
  const auto all =
      load_all(source("node", "course", {"title"}), {page, course, 999, course, 99999999999});
  ASSERT_EQ(all.size(), 5U);
  EXPECT_FALSE(all[0].exists);
  EXPECT_TRUE(all[1].exists);
  EXPECT_FALSE(all[2].exists);
  EXPECT_EQ(all[2].ref, (EntityRef{"node", 999}));
  EXPECT_EQ(all[3].text("title"), "Algebra");
  EXPECT_FALSE(all[4].exists);
}

TEST_F(DrupalReaderFields, ReadsFieldsWithHashedTableNames) {
  const std::string name = "field_abcdefghijklmnopqrstuvwxyz";
  site_.add_field({.entity_type = "taxonomy_term", .bundles = {"sections"}, .name = name});
  site_.add_field({.entity_type = "taxonomy_term",
                   .bundles = {"sections"},
                   .name = "field_abcdefghijklmnopqrstuvwxyz_123456"});
  const std::string longer = "field_abcdefghijklmnopqrstuvwxyz_123456";
  const auto tid = site_.create_term("sections", "Maths", {}, {{name, {"one"}}, {longer, {"two"}}});
  const SourceSpec spec = source("taxonomy_term", "sections", {name, longer});
  EXPECT_EQ(load(spec, tid).text(longer), "two");
  // Without the right to read key_value the rule gives the same names.
  site_.sql().run("DELETE FROM key_value");
  EXPECT_EQ(load(spec, tid).text(name), "one");
  EXPECT_EQ(load(spec, tid).text(longer), "two");
}

TEST_F(DrupalReaderFields, NeverOffersPasswords) {
  site_.add_field({.entity_type = "user", .bundles = {"user"}, .name = "field_moodle_id"});
  EXPECT_NE(faults(source("user", "", {"pass"})).find("has no field 'pass'"), std::string::npos);
}

TEST_F(DrupalReaderFields, ReadsTensOfThousandsInASecond) {
  add_field("field_section", "entity_reference", 1, "taxonomy_term");
  const auto tid = site_.create_term("sections", "Science");
  std::vector<testsupport::NewEntity> nodes(
      10'000,
      {"course", {{"title", "Course"}}, {{"field_section", {tid}}, {"field_moodle_id", {"1"}}}});
  const auto nids = site_.create_many("node", nodes);
  site_.sql().run("ANALYZE");
  const SourceSpec spec = source("node", "course", {"title", "field_section"});
  const auto start = std::chrono::steady_clock::now();
  const auto all = load_all(spec, nids);
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(all.back().text("field_section"), "Science");
  RecordProperty(
      "milliseconds",
      static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
  EXPECT_LT(took, std::chrono::seconds(20));
}

class DrupalReaderElsewhere : public ReaderFixture {
 protected:
  DrupalReaderElsewhere() : ReaderFixture({.schema = "web", .prefix = "d10_"}) {}
};

TEST_F(DrupalReaderElsewhere, FindsTablesByPrefixAndSchema) {
  add_field("field_section", "entity_reference", 1, "taxonomy_term");
  const auto tid = site_.create_term("sections", "Science");
  const auto nid = site_.create_node("course", "Algebra", {{"field_section", {tid}}});
  const Entity entity = load(source("node", "course", {"title", "field_section"}), nid);
  EXPECT_EQ(entity.text("title"), "Algebra");
  EXPECT_EQ(entity.text("field_section"), "Science");
}

TEST_F(DrupalReaderFields, GivesTheLabelOfAListsValueWhenAskedTo) {
  site_.add_field({.entity_type = "node",
                   .bundles = {"course"},
                   .name = "field_faculty",
                   .type = "list_string",
                   .cardinality = 1,
                   .target_type = {},
                   .translatable = false,
                   .allowed_values = {{"law", "Law & Order"}, {"med", "Medicine"}}});
  EXPECT_EQ(value("field_faculty", {{"field_faculty", {"law"}}}).text, "law");
  EXPECT_EQ(value("field_faculty:label", {{"field_faculty", {"law"}}}).text, "Law & Order");
  EXPECT_EQ(value("field_faculty:label", {{"field_faculty", {"gone"}}}).text, "gone");
}

}  // namespace
}  // namespace moodlesync::postgres
