#include "drupal/postgres/php_serialize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <string_view>

namespace moodlesync::postgres {
namespace {

using Kind = PhpValue::Kind;
using namespace std::string_view_literals;

PhpValue parsed(std::string_view bytes) {
  auto value = parse_php(bytes);
  EXPECT_TRUE(value) << bytes << ": " << (value ? "" : value.error().message);
  return value ? *value : PhpValue{};
}

/// The message with which `bytes` are refused, or "accepted".
std::string refusal(std::string_view bytes, PhpLimits limits = {}) {
  const auto value = parse_php(bytes, limits);
  if (value) return "accepted";
  EXPECT_EQ(value.error().code, "bad_php_value");
  return value.error().message;
}

TEST(PhpSerialize, ReadsEveryScalar) {
  EXPECT_EQ(parsed("N;").kind, Kind::kNull);
  EXPECT_EQ(parsed("b:1;").integer, 1);
  EXPECT_EQ(parsed("i:-5;").integer, -5);
  EXPECT_EQ(parsed("i:9223372036854775807;").integer, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parsed("s:3:\"abc\";").text, "abc");
}

TEST(PhpSerialize, ReadsDoublesThatLookLikeAnything) {
  EXPECT_EQ(parsed("d:0.75;").number, 0.75);
  EXPECT_EQ(parsed("d:1;").number, 1.0);
  EXPECT_EQ(parsed("d:1.0E+100;").number, 1e100);
  EXPECT_TRUE(std::signbit(parsed("d:-0;").number));
  EXPECT_TRUE(std::isinf(parsed("d:-INF;").number));
  EXPECT_TRUE(std::isnan(parsed("d:NAN;").number));
}

TEST(PhpSerialize, CountsBytesAndEscapesNothing) {
  EXPECT_EQ(parsed("s:8:\"a\";b:1;}\";").text, "a\";b:1;}");
  EXPECT_EQ(parsed("s:6:\"S\xC3\xB6hne\";").text, "S\xC3\xB6hne");
  EXPECT_EQ(parsed("s:3:\"a\0b\";"sv).text, "a\0b"sv);
  EXPECT_EQ(parsed("s:0:\"\";").text, "");
}

TEST(PhpSerialize, KeepsTheOrderOfAnArray) {
  const PhpValue value = parsed("a:3:{s:1:\"z\";i:1;i:7;s:1:\"x\";i:-1;a:0:{}}");
  ASSERT_EQ(value.entries.size(), 3U);
  EXPECT_EQ(value.entries[0].key, "z");
  EXPECT_EQ(value.entries[1].key, "7");
  EXPECT_EQ(value.entries[2].key, "-1");
}

TEST(PhpSerialize, FindsNestedValuesByTheirKeys) {
  const PhpValue value = parsed(
      "a:2:{s:8:\"settings\";a:1:{s:11:\"target_type\";s:4:\"node\";}s:11:\"cardinality\";i:-1;}");
  ASSERT_NE(value.at({"settings", "target_type"}), nullptr);
  EXPECT_EQ(value.at({"settings", "target_type"})->text, "node");
  EXPECT_EQ(value.at({"settings", "nothing"}), nullptr);
  EXPECT_EQ(value.at({"cardinality", "deeper"}), nullptr);
}

TEST(PhpSerialize, ReadsAnObjectWithoutTheVisibilityMarksOfItsProperties) {
  const PhpValue value =
      parsed("O:3:\"Foo\":3:{s:1:\"a\";i:1;s:4:\"\0*\0b\";i:2;s:6:\"\0Foo\0c\";i:3;}"sv);
  EXPECT_EQ(value.kind, Kind::kObject);
  EXPECT_EQ(value.text, "Foo");
  ASSERT_NE(value.find("b"), nullptr);
  EXPECT_EQ(value.find("b")->integer, 2);
  ASSERT_NE(value.find("c"), nullptr);
}

TEST(PhpSerialize, PassesOverTheRawPayloadOfOldSerializables) {
  const PhpValue value = parsed("a:2:{i:0;C:3:\"Foo\":5:{}}\"x;}i:1;i:4;}");
  EXPECT_EQ(value.entries[0].value.kind, Kind::kRaw);
  EXPECT_EQ(value.entries[1].value.integer, 4);
}

TEST(PhpSerialize, ReadsEnums) {
  const PhpValue value = parsed("E:8:\"Suit:Red\";");
  EXPECT_EQ(value.kind, Kind::kEnum);
  EXPECT_EQ(value.text, "Suit:Red");
}

TEST(PhpSerialize, LeavesBackReferencesUnfollowed) {
  const PhpValue value = parsed("a:3:{i:0;O:1:\"A\":0:{}i:1;r:2;i:2;R:3;}");
  EXPECT_EQ(value.entries[1].value.kind, Kind::kReference);
  EXPECT_EQ(value.entries[1].value.integer, 2);
  EXPECT_EQ(value.entries[2].value.integer, 3);
}

TEST(PhpSerialize, RefusesAReferenceToASlotThatIsNotThere) {
  EXPECT_NE(refusal("a:1:{i:0;R:3;}"), "accepted");
  EXPECT_NE(refusal("a:1:{i:0;r:0;}"), "accepted");
  EXPECT_NE(refusal("r:-1;"), "accepted");
}

TEST(PhpSerialize, RefusesWhatFollowsTheValueAndNamesTheByte) {
  EXPECT_EQ(refusal("i:5;x"), "serialized PHP value, byte 4: there is more after the value");
  EXPECT_EQ(refusal("a:1:{i:0;x}"), "serialized PHP value, byte 9: an unknown kind of value");
}

TEST(PhpSerialize, RefusesLengthsThatLie) {
  EXPECT_NE(refusal("s:4:\"abc\";"), "accepted");
  EXPECT_NE(refusal("s:2:\"abc\";"), "accepted");
  EXPECT_NE(refusal("s:-1:\"\";"), "accepted");
  EXPECT_NE(refusal("s:99999999999999999999:\"a\";"), "accepted");
  EXPECT_NE(refusal("a:2:{i:0;N;}"), "accepted");
  EXPECT_NE(refusal("a:0:{i:0;N;}"), "accepted");
  EXPECT_NE(refusal("a:4000000000:{i:0;N;}"), "accepted");
  EXPECT_NE(refusal("C:3:\"Foo\":9:{}"), "accepted");
}

TEST(PhpSerialize, RefusesEveryPrefixOfAValue) {
  const std::string_view whole =
      "a:4:{s:1:\"k\";O:1:\"A\":1:{s:1:\"p\";d:1.5;}i:1;E:3:\"E:C\";i:2;C:1:\"B\":1:{x}i:3;N;}"sv;
  ASSERT_EQ(refusal(whole), "accepted");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_NE(refusal(whole.substr(0, length)), "accepted") << length;
  }
}

TEST(PhpSerialize, RefusesTokensThatPhpNeverWrites) {
  for (const char* bad : {"b:2;", "i:+5;", "i:;", "i: 5;", "d:nan;", "d:inf;", "d:;", "x:1;", "N",
                          "a:1:{N;N;}", "a:1:{b:1;N;}", "s:1:'a';", "i:9223372036854775808;"}) {
    EXPECT_NE(refusal(bad), "accepted") << bad;
  }
}

TEST(PhpSerialize, StopsAtItsLimits) {
  std::string deep = "N;";
  for (int i = 0; i < 200; ++i) deep = "a:1:{i:0;" + deep + "}";
  EXPECT_NE(refusal(deep).find("nested too deeply"), std::string::npos);
  EXPECT_NE(refusal("s:3:\"abc\";", {.bytes = 5, .depth = 9}).find("too large"), std::string::npos);
}

TEST(PhpValue, TakesNumbersThatAFormSavedAsText) {
  EXPECT_EQ(parsed("s:2:\"-1\";").as_int(9), -1);
  EXPECT_EQ(parsed("s:2:\"1x\";").as_int(9), 9);
  EXPECT_EQ(parsed("N;").as_int(9), 9);
  EXPECT_TRUE(parsed("s:1:\"1\";").as_bool(false));
  EXPECT_FALSE(parsed("s:1:\"0\";").as_bool(true));
  EXPECT_TRUE(parsed("a:0:{}").as_bool(true));
  EXPECT_EQ(parsed("i:7;").as_text(), "7");
  EXPECT_EQ(parsed("d:0.5;").as_text(), "0.5");
}

}  // namespace
}  // namespace moodlesync::postgres
