#include "moodle/redact.h"

#include <gtest/gtest.h>

namespace moodlesync::moodle {
namespace {

TEST(Redact, CutsSqlAndItsValues) {
  EXPECT_EQ(redact("ERROR: value too long\nINSERT INTO mdl_user (phone1) VALUES($1)\n[array ("),
            "ERROR: value too long");
  EXPECT_EQ(redact("duplicate key\nDETAIL:  Key (username)=(anna) already exists."),
            "duplicate key");
}

TEST(Redact, TakesTagsAndLineBreaksOut) {
  EXPECT_EQ(redact("<div>Passwords must be\n long.</div><div>One digit.</div>"),
            "Passwords must be long. One digit.");
}

TEST(Redact, MasksAddresses) {
  EXPECT_EQ(redact("Email address already exists: anna@example.org !"),
            "Email address already exists: (e-mail) !");
}

TEST(Redact, ShortensWithoutCuttingACharacter) {
  std::string text(399, 'a');
  text += "\xC3\xBC\xC3\xBC";
  EXPECT_EQ(redact(text), std::string(399, 'a'));
}

TEST(Redact, BlotsOutTheToken) {
  EXPECT_EQ(without("token abc is abc", "abc"), "token *** is ***");
  EXPECT_EQ(without("nothing", ""), "nothing");
}

}  // namespace
}  // namespace moodlesync::moodle
