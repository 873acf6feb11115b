#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "drupal/postgres/connection.h"

namespace moodlesync::postgres {
namespace {

TEST(Sqlstate, SaysWhatToDoAboutAFailure) {
  const std::map<std::string, ErrorKind> expected = {{"40P01", ErrorKind::kTransient},
                                                     {"55P03", ErrorKind::kTransient},
                                                     {"57014", ErrorKind::kTransient},
                                                     {"57P01", ErrorKind::kUnavailable},
                                                     {"53100", ErrorKind::kUnavailable},
                                                     {"25006", ErrorKind::kUnavailable},
                                                     {"28P01", ErrorKind::kConfig},
                                                     {"42501", ErrorKind::kConfig},
                                                     {"42P01", ErrorKind::kConfig},
                                                     {"40003", ErrorKind::kInDoubt},
                                                     {"42601", ErrorKind::kBug},
                                                     {"23505", ErrorKind::kBug},
                                                     {"", ErrorKind::kBug}};
  for (const auto& [state, kind] : expected) EXPECT_EQ(classify_sqlstate(state), kind) << state;
}

TEST(Param, WritesArraysThatPostgresReadsBack) {
  const std::vector<std::string> texts{"a", "", "NULL", "q\"\\,{}"};
  EXPECT_EQ(Param(texts).text(), R"({"a","","NULL","q\"\\,{}"})");
  EXPECT_EQ(Param(std::vector<int>{}).text(), "{}");
  const std::vector<std::optional<int>> holes{1, std::nullopt};
  EXPECT_EQ(Param(holes).text(), "{1,NULL}");
}

}  // namespace
}  // namespace moodlesync::postgres
