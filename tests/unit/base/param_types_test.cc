#include "base/param_types.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <regex>

namespace moodlesync::base {
namespace {

/// PHP 8's strip_tags(), written after its state machine (ext/standard/string.c): what Moodle
/// compares a text with. `allowed` is a tag name that stays, or empty.
class TagStripper {
 public:
  explicit TagStripper(std::string allowed) : allowed_(std::move(allowed)) {}

  std::string strip(const std::string& text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char next = i + 1 < text.size() ? text[i + 1] : '\0';
      const char last = i > 0 ? text[i - 1] : '\0';
      if (text[i] == '\0') continue;
      if (inside_) {
        in_tag(text[i], last, next);
      } else {
        outside(text[i], next);
      }
    }
    return out_;
  }

 private:
  static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

  void outside(char c, char next) {
    if (c == '<' && (!is_space(next) || !allowed_.empty())) {
      inside_ = true;
      tag_ = "<";
    } else if (c == '>' && depth_ > 0) {
      --depth_;
    } else {
      out_ += c;
    }
  }

  void in_tag(char c, char last, char next) {
    tag_ += c;
    if (c == '<' && quote_ == 0 && (!is_space(next) || !allowed_.empty())) ++depth_;
    if ((c == '"' || c == '\'') && (quote_ == 0 || quote_ == c)) quote_ = quote_ == 0 ? c : '\0';
    if (c != '>' || quote_ != 0) return;
    if (depth_ > 0) {
      --depth_;
      return;
    }
    const bool comment = tag_.starts_with("<!--");
    if (comment && !(last == '-' && tag_.size() > 6)) return;
    inside_ = false;
    if (is_allowed()) out_ += tag_;
  }

  bool is_allowed() const {
    static const std::regex kName("</?([a-z]+)[\\s>][^]*|</?([a-z]+)>");
    std::smatch match;
    return !allowed_.empty() && std::regex_match(tag_, match, kName) &&
           (match[1] == allowed_ || match[2] == allowed_);
  }

  std::string allowed_;
  std::string out_;
  std::string tag_;
  bool inside_ = false;
  int depth_ = 0;
  char quote_ = 0;
};

/// Moodle's clean_param() for PARAM_TEXT (Moodle 5.1).
std::string moodle_text(const std::string& text) {
  const bool lang = text.find("</lang>") != std::string::npos;
  const bool span = !lang && text.find("</span>") != std::string::npos;
  if (lang || span) {
    static const std::regex kTag("<[^]*?>");
    static const std::regex kLang("<lang lang=\"[a-zA-Z0-9_-]+\"\\s*>");
    static const std::regex kSpan(
        "<span(\\s+lang=\"[a-zA-Z0-9_-]+\"|\\s+class=\"multilang\"){2}\\s*>");
    std::string kept = TagStripper(lang ? "lang" : "span").strip(text);
    bool open = false;
    bool good = true;
    for (std::sregex_iterator it(kept.begin(), kept.end(), kTag), end; it != end; ++it) {
      const bool closing = it->str() == (lang ? "</lang>" : "</span>");
      good = good && (closing ? open : std::regex_match(it->str(), lang ? kLang : kSpan));
      open = !closing;
    }
    if (good && !open) return kept;
  }
  return TagStripper("").strip(text);
}

constexpr auto kPieces =
    std::to_array<std::string_view>({"<",       ">",
                                     "/",       "!",
                                     "-",       "--",
                                     "?",       "\"",
                                     "'",       " ",
                                     "\t",      "\n",
                                     "\r",      "b",
                                     "br",      "Söhne",
                                     "=",       "a",
                                     "5",       "&lt;",
                                     "<b>",     "</b>",
                                     "<p>",     "<!--",
                                     "-->",     "<?",
                                     "</span>", "<lang lang=\"de\">",
                                     "</lang>", "<span lang=\"de\" class=\"multilang\">",
                                     "😀",       "<a href=\"x\">",
                                     "span",    "<3",
                                     "x<",      "<>"});

std::string random_text(std::mt19937& random) {
  std::uniform_int_distribution<std::size_t> length(0, 14);
  std::uniform_int_distribution<std::size_t> piece(0, kPieces.size() - 1);
  std::string text;
  for (std::size_t n = length(random); n > 0; --n) text += kPieces.at(piece(random));
  return text;
}

Result<std::string> as_text(std::string_view value) {
  return to_param({.field = "fullname", .type = ParamType::kText}, value);
}

std::string text_of(std::string_view value) { return *as_text(value); }

TEST(ParamText, NeverHoldsWhatMoodleWouldTakeAway) {
  std::mt19937 random(20240229);
  for (int i = 0; i < 30'000; ++i) {
    const std::string text = random_text(random);
    const std::string clean = text_of(text);
    ASSERT_EQ(moodle_text(clean), clean) << "from: " << text;
    ASSERT_EQ(text_of(clean), clean) << "not stable, from: " << text;
  }
}

TEST(ParamNoTags, NeverHoldsWhatMoodleWouldTakeAway) {
  std::mt19937 random(7);
  for (int i = 0; i < 30'000; ++i) {
    const std::string text = random_text(random);
    const auto clean = to_param({.field = "name", .type = ParamType::kNoTags}, text);
    ASSERT_EQ(TagStripper("").strip(*clean), *clean) << "from: " << text;
  }
}

TEST(TagStripperOfTheTest, TakesAwayWhatTheRecordingsShow) {
  for (const char* refused : {"a <b", "a<=b", "5<6", "<3", "i<-j", "x<", "<>", "<!-- -->", "<?",
                              "<mail@x.y>", "<b>x</b>"}) {
    EXPECT_NE(moodle_text(refused), refused);
  }
  for (const char* fine : {"a < b", "x>y", "& x", "a\"b'c", "&amp;", " x ",
                           "<span lang=\"en\" class=\"multilang\">x</span>"}) {
    EXPECT_EQ(moodle_text(fine), fine);
  }
}

TEST(ParamText, LosesMarkupAndKeepsItsWords) {
  EXPECT_EQ(text_of("<b>Bold</b> title"), "Bold title");
  EXPECT_EQ(text_of("one<br/>two<BR>three"), "one two three");
  EXPECT_EQ(text_of("<p>one</p><p>two</p>"), "one two");
  EXPECT_EQ(text_of("a<!-- secret -->b"), "ab");
  EXPECT_EQ(text_of("<a href=\"x\">link</a>"), "link");
}

TEST(ParamText, KeepsALessThanThatIsNoMarkupWithABlankBehindIt) {
  EXPECT_EQ(text_of("Müller <Söhne>"), "Müller < Söhne>");
  EXPECT_EQ(text_of("5<6 and <3"), "5< 6 and < 3");
  EXPECT_EQ(text_of("a < b"), "a < b");
  EXPECT_EQ(text_of("a <b and c> d"), "a < b and c> d");
  EXPECT_EQ(text_of("<mail@x.y>"), "< mail@x.y>");
  EXPECT_EQ(text_of("x<"), "x< ");
}

TEST(ParamText, KeepsWellFormedMultilang) {
  const std::string spans =
      "<span lang=\"de\" class=\"multilang\">Kunst</span>"
      "<span lang=\"en\" class=\"multilang\">Art</span>";
  EXPECT_EQ(text_of(spans), spans);
  EXPECT_EQ(text_of("<lang lang=\"de\">5<6</lang>"),
            "<lang lang=\"de\">5\xEF\xBC\x9C"
            "6</lang>");
  EXPECT_EQ(text_of("<b>x</b>" + spans), "x" + spans);
  EXPECT_EQ(*to_param({.field = "name", .type = ParamType::kNoTags}, spans), "KunstArt");
}

TEST(ParamText, LosesSpansThatAreNoMultilang) {
  EXPECT_EQ(text_of("<span style=\"color:red\">red</span>"), "red");
  EXPECT_EQ(text_of("<lang lang=\"de\">open"), "open");
}

TEST(ParamText, LosesOuterBlanks) { EXPECT_EQ(text_of("  x y \n"), "x y"); }

TEST(ParamRaw, ReplacesWhatIsNoUtf8) {
  const ParamRule raw{.field = "summary"};
  EXPECT_EQ(*to_param(raw, std::string_view("a\0b", 3)),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(*to_param(raw, "\xC3(\xFF"), "\xEF\xBF\xBD(\xEF\xBF\xBD");
  EXPECT_EQ(length_in_characters(*to_param(raw, "\xEF\xBF\xBE")), 3U);  // U+FFFE
  EXPECT_EQ(length_in_characters(*to_param(raw, "\xED\xA0\x80")), 3U);  // a surrogate
  EXPECT_EQ(length_in_characters(*to_param(raw, "\xC0\xAF")), 2U);      // overlong
  EXPECT_EQ(*to_param(raw, " <b>ä😀</b> "), " <b>ä😀</b> ");
}

TEST(ParamLength, IsCountedInCharactersAndNamedWhenTooLong) {
  const ParamRule rule{.field = "shortname", .type = ParamType::kText, .max_length = 4};
  EXPECT_EQ(*to_param(rule, "äöü😀"), "äöü😀");
  const auto longer = to_param(rule, "äöü😀x");
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().kind, ErrorKind::kRejected);
  EXPECT_EQ(longer.error().code, "too_long");
  EXPECT_EQ(longer.error().message, "shortname has 5 characters; Moodle takes at most 4");
}

TEST(ParamRequired, RefusesEmptyAndWhatMoodleTakesForEmpty) {
  const ParamRule rule{.field = "fullname", .type = ParamType::kText, .required = true};
  for (const char* empty : {"", "  ", "<b></b>", "0"}) {
    const auto param = to_param(rule, empty);
    ASSERT_FALSE(param) << empty;
    EXPECT_EQ(param.error().code, "missing_value");
    EXPECT_TRUE(param.error().message.starts_with("fullname is "));
  }
}

TEST(ParamInt, IsWrittenCanonically) {
  const ParamRule rule{.field = "newsitems", .type = ParamType::kInt, .min = 0, .max = 32767};
  for (const char* seven : {"7", "007", " 7 ", "+7", "7.00"})
    EXPECT_EQ(*to_param(rule, seven), "7");
  EXPECT_EQ(*to_param(rule, "-0"), "0");
  for (const char* bad : {"", "x", "7.5", "1e3", "-1", "32768", "99999999999999999999"}) {
    EXPECT_FALSE(to_param(rule, bad)) << bad;
  }
  EXPECT_EQ(to_param(rule, "x").error().message,
            "newsitems is 'x'; Moodle takes a whole number from 0 to 32767");
}

TEST(ParamBool, IsZeroOrOne) {
  const ParamRule rule{.field = "visible", .type = ParamType::kBool};
  for (const char* yes : {"1", "true", "Yes", "on"}) EXPECT_EQ(*to_param(rule, yes), "1");
  for (const char* no : {"0", "FALSE", "no", "off"}) EXPECT_EQ(*to_param(rule, no), "0");
  for (const char* bad : {"", "2", "maybe"}) {
    const auto param = to_param(rule, bad);
    ASSERT_FALSE(param) << bad;
    EXPECT_EQ(param.error().code, "bad_value");
  }
}

TEST(ParamNames, FitTheirPattern) {
  const ParamRule plugin{.field = "format", .type = ParamType::kPlugin, .max_length = 21};
  for (const char* good : {"", "topics", "single_activity2"}) EXPECT_TRUE(to_param(plugin, good));
  for (const char* bad : {"Topics", "1a", "a", "a_", "a b"}) EXPECT_FALSE(to_param(plugin, bad));
  const ParamRule lang{.field = "lang", .type = ParamType::kSafeDir};
  EXPECT_EQ(*to_param(lang, " de_kids "), "de_kids");
  EXPECT_FALSE(to_param(lang, "en."));
  const ParamRule name{.field = "customfield", .type = ParamType::kAlphaNumExt};
  EXPECT_FALSE(to_param(name, "a.b"));
}

TEST(ParamMessages, QuoteOnlyTheBeginningOfALongValue) {
  const auto param =
      to_param({.field = "format", .type = ParamType::kPlugin}, std::string(500, 'X'));
  EXPECT_LT(param.error().message.size(), 200U);
}

TEST(ParamRawTrimmed, HasNoOuterWhiteSpace) {
  EXPECT_EQ(*to_param({.field = "email", .type = ParamType::kRawTrimmed}, " a@b.c\n"), "a@b.c");
}

TEST(ParamTypes, DoNotQuoteWhatSaysSomethingAboutAPerson) {
  constexpr ParamRule kCode{.field = "code", .type = ParamType::kInt, .personal = true};
  const auto param = to_param(kCode, "my secret");
  ASSERT_FALSE(param);
  EXPECT_EQ(param.error().message, "code does not fit; Moodle takes a whole number");
}

}  // namespace
}  // namespace moodlesync::base
