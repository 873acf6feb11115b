#include "ops/listen_address.h"

#include <gtest/gtest.h>

namespace moodlesync::ops {
namespace {

std::string read(std::string_view text) {
  const auto address = parse_listen_address(text);
  return address ? to_string(*address) : address.error().code;
}

TEST(ListenAddress, IsThisMachineOnlyWhenNothingElseIsSaid) {
  EXPECT_EQ(read("8470"), "127.0.0.1:8470");
  EXPECT_EQ(read("localhost:8470"), "127.0.0.1:8470");
  EXPECT_TRUE(parse_listen_address("8470")->is_loopback());
}

TEST(ListenAddress, TakesAddressesOfBothKinds) {
  EXPECT_EQ(read("0.0.0.0:80"), "0.0.0.0:80");
  EXPECT_EQ(read("[::1]:8470"), "[::1]:8470");
  EXPECT_TRUE(parse_listen_address("[::1]:8470")->is_loopback());
  EXPECT_FALSE(parse_listen_address("[::]:8470")->is_loopback());
  EXPECT_FALSE(parse_listen_address("0.0.0.0:80")->is_loopback());
}

TEST(ListenAddress, RefusesWhatIsNoAddress) {
  for (const char* text : {"", "http", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:8470",
                           "[127.0.0.1]:80", "example.org:80", ":80", "127.1:80"}) {
    EXPECT_EQ(read(text), "bad_listen_address") << text;
  }
}

}  // namespace
}  // namespace moodlesync::ops
