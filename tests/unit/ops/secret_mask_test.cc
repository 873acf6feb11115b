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
  mask.add("secret");
  mask.add("secret-and-more");
  EXPECT_EQ(mask.apply("x secret-and-more y secret"), "x [hidden] y [hidden]");
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

}  // namespace
}  // namespace moodlesync::ops
