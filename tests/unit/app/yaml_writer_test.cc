#include "app/yaml_writer.h"

#include <gtest/gtest.h>

namespace moodlesync::app {
namespace {

TEST(YamlScalar, QuotesWhatWouldNotReadBackAsItself) {
  EXPECT_EQ(yaml_scalar("field_x:value"), "field_x:value");
  EXPECT_EQ(yaml_scalar("https://a.example"), "https://a.example");
  EXPECT_EQ(yaml_scalar("no"), "\"no\"");
  EXPECT_EQ(yaml_scalar(""), "\"\"");
  EXPECT_EQ(yaml_scalar("a: b"), "\"a: b\"");
  EXPECT_EQ(yaml_scalar("key:"), "\"key:\"");
  EXPECT_EQ(yaml_scalar("say \"x\""), "\"say \\\"x\\\"\"");
  EXPECT_EQ(yaml_scalar("${HOME}"), "\"$${HOME}\"");
}

TEST(YamlWriter, WritesAMappingBelowItsKeyAndNothingForAnEmptyOne) {
  YamlWriter out;
  out.line(0, "category:");
  out.mapping(2, "fields", {{"name", "title"}, {"x: y", "no"}});
  out.mapping(2, "customfields", {});
  out.entry(2, "idnumber_prefix", "a b");
  EXPECT_EQ(out.take(),
            "category:\n  fields:\n    name: title\n    \"x: y\": \"no\"\n"
            "  idnumber_prefix: \"a b\"\n");
  EXPECT_EQ(out.take(), "");
}

}  // namespace
}  // namespace moodlesync::app
