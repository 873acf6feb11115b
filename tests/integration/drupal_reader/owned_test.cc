#include "reader_fixture.h"

namespace moodlesync::postgres {
namespace {

class DrupalReaderOwned : public ReaderFixture {
 protected:
  DrupalReaderOwned() {
    site_.add_profile_type("staff");
    site_.add_registration_type("seminar");
    site_.add_field({.entity_type = "profile", .bundles = {"staff"}, .name = "field_phone"});
    site_.add_field({.entity_type = "user", .bundles = {"user"}, .name = "field_moodle_id"});
    uid_ = site_.create_user("anna", {{"field_moodle_id", {"77"}}}, {{"mail", "a@example.org"}});
  }

  std::int64_t profile(const std::string& phone, const std::string& status,
                       const std::string& is_default) {
    return site_.create_profile("staff", uid_, {{"field_phone", {phone}}},
                                {{"status", status}, {"is_default", is_default}});
  }
  std::string phone() {
    const std::string path = "profile:staff:field_phone";
    return std::string(load(source("user", "", {path}), uid_).text(path));
  }

  std::int64_t uid_ = 0;
};

TEST_F(DrupalReaderOwned, ReadsAUserWithMailAndState) {
  const Entity entity = load(source("user", "", {"name", "mail", "status"}), uid_);
  EXPECT_EQ(entity.text("name"), "anna");
  EXPECT_EQ(entity.text("mail"), "a@example.org");
  EXPECT_EQ(entity.bundle, "user");
  EXPECT_EQ(entity.moodle_id_text, "77");
}

TEST_F(DrupalReaderOwned, ReadsTheDefaultProfileOfAUser) {
  profile("111", "1", "0");
  profile("222", "1", "1");
  EXPECT_EQ(phone(), "222");
}

TEST_F(DrupalReaderOwned, ReadsTheOldestActiveProfileWhereNoneIsTheDefault) {
  profile("000", "0", "1");
  profile("111", "1", "0");
  profile("222", "1", "0");
  EXPECT_EQ(phone(), "111");
}

TEST_F(DrupalReaderOwned, GivesAnEmptyListToAUserWithoutProfile) {
  const Entity entity = load(source("user", "", {"profile:staff:field_phone"}), uid_);
  EXPECT_TRUE(entity.fields.contains("profile:staff:field_phone"));
  EXPECT_EQ(phone(), "");
}

TEST_F(DrupalReaderOwned, ReadsTheRegistrationsOfANodeWithTheirUsers) {
  const auto nid = site_.create_node("course", "Algebra");
  const auto other = site_.create_node("course", "Other");
  const auto first = site_.create_registration("seminar", nid, uid_);
  const auto second = site_.create_registration("seminar", nid, 999, {}, {{"state", "canceled"}});
  site_.create_registration("seminar", other, uid_);
  SourceSpec spec = source("node", "course", {"title"});
  OwnedSpec owned{.entity_type = "registration", .bundle = "seminar"};
  owned.fields = {{.path = {"", "user_uid", ""}, .counterpart_of = "users"},
                  {.path = {"", "state", ""}}};
  spec.owned = {owned};
  const Entity entity = load(spec, nid);
  ASSERT_EQ(entity.owned.size(), 2U);
  EXPECT_EQ(entity.owned[0].ref, (EntityRef{"registration", first}));
  EXPECT_EQ(entity.owned[0].text("user_uid"), "anna");
  EXPECT_EQ(entity.owned[0].first("user_uid")->reference->moodle_id_text, "77");
  EXPECT_EQ(entity.owned[1].ref.id, second);
  EXPECT_EQ(entity.owned[1].text("state"), "canceled");
  EXPECT_FALSE(entity.owned[1].first("user_uid")->reference->exists);
}

TEST_F(DrupalReaderOwned, ReadsFromTheWorkflowWhichRegistrationsCount) {
  const auto nid = site_.create_node("course", "Algebra");
  for (const char* state : {"complete", "pending", "held", "canceled", "unheard_of"}) {
    site_.create_registration("seminar", nid, uid_, {}, {{"state", state}});
  }
  SourceSpec spec = source("node", "course", {"title"});
  OwnedSpec owned{.entity_type = "registration", .bundle = "seminar"};
  owned.fields = {{.path = {"", "state", ""}}};
  spec.owned = {owned};
  const Entity entity = load(spec, nid);
  ASSERT_EQ(entity.owned.size(), 5U);
  std::string counts;
  for (const Entity& one : entity.owned) counts += one.published ? "1" : "0";
  EXPECT_EQ(counts, "11001");
}

TEST_F(DrupalReaderOwned, ReadsNoRegistrationForSomethingElseOfTheSameId) {
  const auto nid = site_.create_node("course", "Algebra");
  site_.create_registration("seminar", nid, uid_, {}, {{"entity_type_id", "taxonomy_term"}});
  SourceSpec spec = source("node", "course", {"title"});
  OwnedSpec owned{.entity_type = "registration", .bundle = "seminar"};
  owned.fields = {{.path = {"", "state", ""}}};
  spec.owned = {owned};
  EXPECT_TRUE(load(spec, nid).owned.empty());
}

TEST_F(DrupalReaderOwned, ReadsTheHostOfARegistration) {
  site_.add_field(
      {.entity_type = "registration", .bundles = {"seminar"}, .name = "field_moodle_id"});
  const auto nid = site_.create_node("course", "Algebra", {{"field_moodle_id", {"9"}}});
  const auto registration = site_.create_registration("seminar", nid, uid_);
  const Entity entity = load(source("registration", "seminar", {"entity_id"}), registration);
  EXPECT_EQ(entity.text("entity_id"), "Algebra");
  EXPECT_EQ(entity.first("entity_id")->reference->target, (EntityRef{"node", nid}));
  EXPECT_EQ(entity.first("entity_id")->reference->moodle_id_text, "9");
}

}  // namespace
}  // namespace moodlesync::postgres
