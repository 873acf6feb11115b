// Names from the configuration go into SQL as identifiers. These are such that only quoting
// survives, on the whole road: installing, capture, queue, reading, write-back.
#include <gtest/gtest.h>

#include "support/sync_rig/sync_rig.h"

namespace moodlesync {
namespace {

using testsupport::DrupalSite;
using testsupport::SyncRig;

constexpr const char* kSchema = "site \"two\"; --";
constexpr const char* kPrefix = "d'8$capture$@keys@_";
constexpr const char* kVocabulary = "t'); DROP TABLE x; --\"";
constexpr const char* kNodeType = "c\"o'u$$rse\\";

/// As a scalar of YAML in single quotes.
std::string scalar(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

SyncRig::Options hostile_site() {
  SyncRig::Options options;
  options.drupal.schema = kSchema;
  options.drupal.prefix = kPrefix;
  options.model = [](DrupalSite& site) {
    site.add_vocabulary(kVocabulary);
    site.add_node_type(kNodeType);
    site.add_field({"node", {kNodeType}, "field_shortname", "string"});
    site.add_field({"node", {kNodeType}, "field_category", "entity_reference", 1, "taxonomy_term"});
  };
  options.components =
      "components:\n  category:\n    sources:\n      - { vocabulary: " + scalar(kVocabulary) +
      ", description_field: '' }\n  course:\n    sources:\n      - bundle: " + scalar(kNodeType) +
      "\n        fields: { fullname: title, shortname: field_shortname }\n"
      "        category: { field: field_category }\n        delete: delete\n";
  return options;
}

TEST(HostileNames, OfSchemaPrefixAndBundlesAreQuotedOnTheWholeRoad) {
  SyncRig rig(hostile_site());
  DrupalSite& drupal = rig.drupal();
  const auto term = drupal.create_term(kVocabulary, "Arts");
  const auto node =
      drupal.create_node(kNodeType, "Robert'); DROP TABLE students; --",
                         {{"field_shortname", {"a\"b'c\\d$1{node}"}}, {"field_category", {term}}});
  ASSERT_EQ(rig.sync().kind, engine::RunEnd::Kind::kIdle);
  {
    const auto state = rig.moodle().state();
    const sim::Course* course = state->course_with_idnumber(std::to_string(node));
    ASSERT_NE(course, nullptr);
    EXPECT_EQ(course->fullname, "Robert'); DROP TABLE students; --");
    EXPECT_EQ(course->shortname, "a\"b'c\\d$1{node}");
    EXPECT_EQ(rig.shown_id({"node", node}), std::to_string(course->id));
  }
  drupal.save_node(node, {.base = {{"title", "Anatomy"}}});
  ASSERT_EQ(rig.sync().kind, engine::RunEnd::Kind::kIdle);
  EXPECT_EQ(rig.moodle().state()->course_with_idnumber(std::to_string(node))->fullname, "Anatomy");
  drupal.remove("node", {node});
  ASSERT_EQ(rig.sync().kind, engine::RunEnd::Kind::kIdle);
  EXPECT_EQ(rig.moodle().state()->course_with_idnumber(std::to_string(node)), nullptr);
  const auto removed = rig.wiring().database().installer().uninstall();
  EXPECT_TRUE(removed) << removed.error().message;
}

/// What `components.category` says of this key, or "" when it is taken.
std::string refusal_of(const std::string& key, const std::string& value) {
  SyncRig::Options options;
  options.components = "components:\n  category:\n    sources:\n      - { vocabulary: sections, " +
                       key + ": " + scalar(value) + " }\n";
  try {
    SyncRig rig(options);
  } catch (const std::exception& fault) {
    return fault.what();
  }
  return {};
}

TEST(HostileNames, OfFieldsAreRefusedBeforeAnyStatementIsMade) {
  const std::string hostile = "field_x\"; DROP TABLE node; --";
  for (const char* key : {"name_field", "description_field", "moodle_id_field"}) {
    const std::string refusal = refusal_of(key, hostile);
    EXPECT_NE(refusal.find("field"), std::string::npos) << key << ": '" << refusal << "'";
    EXPECT_EQ(refusal.find("syntax"), std::string::npos) << refusal;
  }
}

}  // namespace
}  // namespace moodlesync
