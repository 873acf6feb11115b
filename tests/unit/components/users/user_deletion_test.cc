#include "user_bench.h"

namespace moodlesync::users {
namespace {

using fakes::refusal;
using fakes::scalar;

fakes::ConversationBuilder gone() {
  return fakes::a_conversation().of_user(7).deleted().linked_to(70, annas_account());
}

TEST(UserDeletion, DoesNothingUnlessConfigured) {
  UserBench bench;
  bench.run(gone());
  EXPECT_EQ(bench.result(), "removed");
  EXPECT_TRUE(bench.moodle.calls().empty());
}

TEST(UserDeletion, SuspendsTheAccountWhenConfigured) {
  UserBench bench(a_source({{"delete", scalar("suspend")}}));
  bench.moodle.on("core_user_update_users", Json());
  bench.run(gone());
  EXPECT_EQ(bench.result(), "removed");
  EXPECT_EQ(bench.row(0), "id=70 suspended=1");
}

TEST(UserDeletion, DeletesTheAccountInACallOfItsOwn) {
  UserBench bench(a_source({{"delete", scalar("delete")}}));
  bench.moodle.on("core_user_delete_users", Json());
  bench.run(gone());
  EXPECT_EQ(bench.result(), "removed");
  EXPECT_EQ(bench.row(0), "value=70");
  EXPECT_EQ(bench.moodle.calls()[0].function->max_batch, 1);
}

TEST(UserDeletion, IsDoneWhenMoodleHasNoSuchAccount) {
  UserBench deleting(a_source({{"delete", scalar("delete")}}));
  deleting.moodle.on("core_user_delete_users", refusal("invalidrecordunknown"));
  deleting.run(gone());
  EXPECT_EQ(deleting.result(), "removed");
  UserBench suspending(a_source({{"delete", scalar("suspend")}}));
  suspending.moodle.on("core_user_update_users", refusal("usernotupdateddeleted"));
  suspending.run(gone());
  EXPECT_EQ(suspending.result(), "removed");
}

TEST(UserDeletion, SaysWhyAnAdministratorCannotBeDeleted) {
  UserBench bench(a_source({{"delete", scalar("delete")}}));
  bench.moodle.on("core_user_delete_users", refusal("useradminodelete"));
  bench.run(gone());
  EXPECT_EQ(bench.code(), "useradminodelete");
  EXPECT_THAT(bench.message(), testing::HasSubstr("administrator"));
}

TEST(UserDeletion, LeavesTheAccountOfAnExcludedUserAlone) {
  UserBench bench(a_source({{"delete", scalar("delete")}}));
  bench.run(gone().skipped("excluded_role"));
  EXPECT_EQ(bench.result(), "removed");
  EXPECT_TRUE(bench.moodle.calls().empty());
}

TEST(UserDeletion, FindsAnAccountWhoseCreationWasNeverAnswered) {
  UserBench bench(a_source({{"delete", scalar("delete")}}));
  bench.moodle.on("core_user_get_users_by_field", account(70, "7"))
      .on("core_user_delete_users", Json());
  bench.run(fakes::a_conversation().of_user(7).deleted().in_doubt());
  EXPECT_EQ(bench.row(1), "value=70");
  EXPECT_EQ(bench.result(), "removed");
}

TEST(UserDeletion, TriesAgainAfterALostAnswer) {
  UserBench bench(a_source({{"delete", scalar("delete")}}));
  bench.moodle.on("core_user_delete_users", fakes::lost_answer());
  bench.run(gone());
  EXPECT_EQ(bench.result(), "in_doubt");
}

}  // namespace
}  // namespace moodlesync::users
