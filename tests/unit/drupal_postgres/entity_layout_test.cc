#include "drupal/postgres/entity_layout.h"

#include <gtest/gtest.h>

namespace moodlesync::postgres {
namespace {

TEST(EntityLayout, TellsTheVocabularyFromTheRevisionInColumnsNamedVid) {
  EXPECT_EQ(find_layout("node")->revision, "vid");
  EXPECT_EQ(find_layout("taxonomy_term")->bundle, "vid");
  EXPECT_EQ(find_layout("taxonomy_term")->revision, "revision_id");
}

TEST(EntityLayout, FindsBaseFieldsWhereDrupalKeepsThem) {
  EXPECT_EQ(find_layout("user")->fields(), "users_field_data");
  EXPECT_EQ(find_layout("profile")->fields(), "profile");
  EXPECT_FALSE(find_layout("user")->is_revisionable());
  EXPECT_TRUE(find_layout("profile")->is_revisionable());
}

TEST(EntityLayout, KnowsNoOtherTypes) { EXPECT_EQ(find_layout("comment"), nullptr); }

}  // namespace
}  // namespace moodlesync::postgres
