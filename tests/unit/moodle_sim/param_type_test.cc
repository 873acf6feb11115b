#include "support/moodle_sim/param_type.h"

#include <gtest/gtest.h>

#include <string>

namespace moodlesync::sim {
namespace {

bool takes(Type type, const std::string& value) { return accepts(type, value, Settings{}); }

TEST(ParamType, TextRefusesWhatATagStripperWouldTakeAway) {
  for (const char* good : {"a < b", "x>y", "& x", "a\"b'c", "&amp;", " x ", "",
                           "<span lang=\"en\" class=\"multilang\">a</span>"}) {
    EXPECT_TRUE(takes(Type::kText, good)) << good;
  }
  for (const char* bad : {"a <b", "a<=b", "5<6", "<3", "i<-j", "x<", "<>", "<!-- -->", "<?",
                          "<mail@x.y>", "<b>x</b>", "<span>x</span>"}) {
    EXPECT_FALSE(takes(Type::kText, bad)) << bad;
  }
}

TEST(ParamType, EveryTypeRefusesBrokenTextEncoding) {
  EXPECT_FALSE(takes(Type::kRaw, std::string("a\0b", 3)));
  EXPECT_FALSE(takes(Type::kRaw, "\xFF"));
  EXPECT_FALSE(takes(Type::kRaw, "\xED\xA0\x80"));
  EXPECT_FALSE(takes(Type::kRaw, "\xEF\xBF\xBF"));
  EXPECT_TRUE(takes(Type::kRaw, "🎓\x01"));
}

TEST(ParamType, BoolIsExactlyZeroOrOne) {
  EXPECT_TRUE(takes(Type::kBool, "0"));
  EXPECT_TRUE(takes(Type::kBool, "1"));
  for (const char* bad : {"true", "false", "", "2", "on"}) EXPECT_FALSE(takes(Type::kBool, bad));
}

TEST(ParamType, PluginNeedsTwoCharactersAndLowerCase) {
  for (const char* good : {"", "topics", "a1", "my_format"}) {
    EXPECT_TRUE(takes(Type::kPlugin, good)) << good;
  }
  for (const char* bad : {"Topics", "1a", "a", "a_", "topics "}) {
    EXPECT_FALSE(takes(Type::kPlugin, bad)) << bad;
  }
}

TEST(ParamType, UsernameIsLowerCaseOfAFewCharacters) {
  EXPECT_TRUE(takes(Type::kUsername, "a.b-c_d@1"));
  for (const char* bad : {"Abc", "a b", "ä", "a+b", "a'b", " a"}) {
    EXPECT_FALSE(takes(Type::kUsername, bad)) << bad;
  }
  Settings extended;
  extended.extended_username_chars = true;
  EXPECT_TRUE(accepts(Type::kUsername, "ü +x'y", extended));
  EXPECT_FALSE(accepts(Type::kUsername, "Ü", extended));
}

TEST(ParamType, TimezoneIsCheckedByPatternOnly) {
  for (const char* good : {"", "99", "Europe/Vienna", "Europe/Nowhere", "-5", "12.5"}) {
    EXPECT_TRUE(takes(Type::kTimezone, good)) << good;
  }
  for (const char* bad : {"Etc/GMT+5", "GMT-3", "13.5", "14"}) {
    EXPECT_FALSE(takes(Type::kTimezone, bad)) << bad;
  }
}

TEST(Email, NeedsADottedAsciiDomain) {
  for (const char* good : {"a@b.cd", "a+b'c@example.com", "a@[127.0.0.1]"}) {
    EXPECT_TRUE(is_valid_email(good)) << good;
  }
  for (const char* bad : {"root@localhost", "ä@b.cd", "a@b_c.de", "a b@c.de", "not-an-email", ""}) {
    EXPECT_FALSE(is_valid_email(bad)) << bad;
  }
}

}  // namespace
}  // namespace moodlesync::sim
