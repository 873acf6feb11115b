#include "app/drift.h"

#include <gtest/gtest.h>

#include <sstream>

namespace moodlesync::app {
namespace {

engine::PlanItem missing_course(std::int64_t id) {
  engine::PlanItem item;
  item.key = {"course", "main", {"node", id}};
  item.action = engine::PlanItem::Action::kCreate;
  return item;
}

TEST(DriftReport, IsInOneOrderInWhateverOrderConversationsEnd) {
  DriftReport one;
  DriftReport other;
  for (const std::int64_t id : {2, 10, 1}) one.add(missing_course(id));
  for (const std::int64_t id : {1, 2, 10}) other.add(missing_course(id));
  std::ostringstream text;
  std::ostringstream same;
  one.print_text(text);
  other.print_text(same);
  EXPECT_EQ(text.str(), same.str());
  EXPECT_LT(text.str().find("node:2"), text.str().find("node:10")) << text.str();
}

}  // namespace
}  // namespace moodlesync::app
