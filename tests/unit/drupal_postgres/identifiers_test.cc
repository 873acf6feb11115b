#include "drupal/postgres/identifiers.h"

#include <gtest/gtest.h>

#include <string>

namespace moodlesync::postgres {
namespace {

TEST(Identifiers, QuotesHostileNames) {
  EXPECT_EQ(quote_identifier("node"), "\"node\"");
  EXPECT_EQ(quote_identifier("a\"; DROP TABLE users; --"), "\"a\"\"; DROP TABLE users; --\"");
  EXPECT_EQ(quote_identifier("Größe 1"), "\"Größe 1\"");
}

TEST(Identifiers, QuotesHostileLiterals) {
  EXPECT_EQ(quote_literal("it's"), "'it''s'");
  EXPECT_EQ(quote_literal("a\\'b"), " E'a\\\\''b'");
}

TEST(TableNames, PutsSchemaAndPrefixBeforeDrupalsTables) {
  const TableNames names("site two", "d\"_");
  EXPECT_EQ(names.drupal("node"), "\"site two\".\"d\"\"_node\"");
}

TEST(TableNames, NamesOurSchemaAfterTheSite) {
  EXPECT_EQ(TableNames("public", "").our_schema(), "moodle_sync");
  EXPECT_EQ(TableNames("public", "two_").our_schema(), "moodle_sync_two_");
  EXPECT_EQ(TableNames("two", "").our_schema(), "moodle_sync_two.");
  EXPECT_EQ(TableNames("two", "x_").our_schema(), "moodle_sync_two.x_");
}

TEST(TableNames, KeepsLongNamesApartWithinPostgresLimit) {
  const std::string prefix(60, 'x');
  const TableNames one("public", prefix + "1");
  const TableNames two("public", prefix + "2");
  EXPECT_LE(one.our_schema().size(), 63U);
  EXPECT_NE(one.our_schema(), two.our_schema());
}

TEST(TableNames, NeverCutsACharacterInHalf) {
  std::string prefix = "x";
  for (int i = 0; i < 40; ++i) prefix += "ü";
  const std::string name = TableNames("public", prefix).our_schema();
  const auto tilde = name.find('~');
  ASSERT_NE(tilde, std::string::npos);
  EXPECT_EQ(name.substr(tilde - 2, 2), "ü");
}

TEST(TableNames, ExpandsOnlyNamesInBraces) {
  const TableNames names("public", "p_");
  EXPECT_EQ(names.expand("SELECT '{}' FROM {node} n, {moodle_sync.task} t WHERE a = '{1,2}' {"),
            "SELECT '{}' FROM \"public\".\"p_node\" n, \"moodle_sync_p_\".\"task\" t "
            "WHERE a = '{1,2}' {");
}

}  // namespace
}  // namespace moodlesync::postgres
