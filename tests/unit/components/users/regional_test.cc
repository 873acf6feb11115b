#include "components/users/regional.h"

#include <gtest/gtest.h>

namespace moodlesync::users {
namespace {

std::string or_code(const Result<std::string>& result) {
  return result ? *result : result.error().code;
}

TEST(Country, IsAnIsoCodeInCapitals) {
  EXPECT_EQ(or_code(to_country("AT")), "AT");
  EXPECT_EQ(or_code(to_country(" de ")), "DE");
  EXPECT_EQ(or_code(to_country("")), "");
}

TEST(Country, IsRefusedInsteadOfStoredAsZero) {
  EXPECT_EQ(or_code(to_country("Austria")), "bad_country");
  EXPECT_EQ(or_code(to_country("XX")), "bad_country");
  EXPECT_EQ(or_code(to_country("DA")), "bad_country");  // inside the list, across two codes
}

TEST(Country, IsNotQuotedWhenRefused) {
  EXPECT_EQ(to_country("Absurdistan").error().message.find("Absurdistan"), std::string::npos);
}

TEST(Timezone, MayBeAnythingThatMoodleLetsThrough) {
  for (const std::string_view zone :
       {"", "99", "-13", "13", "12.5", "5.0", "Europe/Vienna", "UTC", "America/Argentina/Salta",
        "America/Port-au-Prince", "GMT0/x"}) {
    EXPECT_EQ(or_code(to_timezone(zone)), zone);
  }
}

TEST(Timezone, IsRefusedWhereMoodleRefusesTheWholeCall) {
  for (const std::string_view zone :
       {"14", "13.5", "GMT-3", "Europe//Vienna", "Europe/", "/Vienna", "Mitten in Europa", "Z"}) {
    EXPECT_EQ(or_code(to_timezone(zone)), "bad_timezone") << zone;
  }
}

TEST(Timezone, TurnsPosixZonesIntoHours) {
  EXPECT_EQ(or_code(to_timezone("Etc/GMT+5")), "-5");
  EXPECT_EQ(or_code(to_timezone("Etc/GMT-3")), "3");
  EXPECT_EQ(or_code(to_timezone("Etc/GMT+0")), "0");
}

TEST(Language, IsNamedAsMoodleNamesItsPacks) {
  EXPECT_EQ(or_code(to_language("de")), "de");
  EXPECT_EQ(or_code(to_language("pt-br")), "pt_br");
  EXPECT_EQ(or_code(to_language("zh-hans")), "zh_cn");
}

TEST(Language, IsEmptyForDrupalsCodesOfNoLanguage) {
  EXPECT_EQ(or_code(to_language("und")), "");
  EXPECT_EQ(or_code(to_language("zxx")), "");
}

TEST(Language, IsRefusedWhenItIsNoCode) { EXPECT_EQ(or_code(to_language("Deutsch!")), "bad_lang"); }

}  // namespace
}  // namespace moodlesync::users
