#include "ops/secret_mask.h"

#include <gtest/gtest.h>

namespace moodlesync::ops {
namespace {

TEST(SecretMask, BlotsOutEveryOccurrenceOfASecret) {
  SecretMask mask;
  mask.add("0123456789abcdef");
  EXPECT_EQ(mask.apply("a 0123456789abcdef b 0123456789abcdef"), "a [hidden] b [hidden]");
}

TEST(SecretMask, BlotsOutTheWholeOfASecretThatContainsAnother) {
  SecretMask mask;
  mask.add("s3cret");
  mask.add("s3cret-and-more");
  EXPECT_EQ(mask.apply("x s3cret-and-more y s3cret"), "x [hidden] y [hidden]");
}

TEST(SecretMask, LeavesWordsAloneThatAreTooShortToBeSecrets) {
  SecretMask mask;
  mask.add("");
  mask.add("a");
  EXPECT_EQ(mask.apply("a cat"), "a cat");
}

TEST(SecretMask, BlotsOutATokenParameterThatNobodyAnnounced) {
  const SecretMask mask;
  EXPECT_EQ(mask.apply("body: x=1&wstoken=abc123&wsfunction=f"),
            "body: x=1&wstoken=[hidden]&wsfunction=f");
}

TEST(SecretMask, LeavesAPasswordThatIsAWordInEverythingElseThatIsSaid) {
  SecretMask mask;
  for (const char* word : {"drupal", "moodle_syncd", "db.example"}) mask.add(word);
  const std::string line = "drupal=http://db.example user \"moodle_syncd\": no route to drupal";
  EXPECT_EQ(mask.apply(line), line);
}

TEST(SecretMask, BlotsOutAPasswordWhereItIsUsedAsOne) {
  const SecretMask mask;
  EXPECT_EQ(mask.apply("host=db password=drupal dbname=x"), "host=db password=[hidden] dbname=x");
  EXPECT_EQ(mask.apply("password='two words' x"), "password=[hidden] x");
  EXPECT_EQ(mask.apply("password='not closed"), "password=[hidden]");
  EXPECT_EQ(mask.apply("password="), "password=[hidden]");
  EXPECT_EQ(mask.apply("at postgresql://me:drupal@db.example/drupal"),
            "at postgresql://me:[hidden]@db.example/drupal");
  EXPECT_EQ(mask.apply("https://moodle.example:8443/x?a=b@c"),
            "https://moodle.example:8443/x?a=b@c");
}

TEST(SecretMask, BlotsOutWhatNoWordLooksLikeWhereverItStands) {
  SecretMask mask;
  for (const char* secret : {"hunter2", "correcthorsebatterystaple", "p@ssw0rd"}) {
    mask.add(secret);
    EXPECT_EQ(mask.apply(std::string("said ") + secret + "."), "said [hidden].");
  }
}

}  // namespace
}  // namespace moodlesync::ops
