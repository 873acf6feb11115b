#include "components/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moodlesync {
namespace {

TEST(ComponentRegistry, HoldsEveryComponentThatHasAFolder) {
  std::vector<std::string_view> names;
  for (const ComponentKind& kind : all_components()) names.push_back(kind.name);
  EXPECT_THAT(names, testing::IsSupersetOf({"category", "course"}));
}

}  // namespace
}  // namespace moodlesync
