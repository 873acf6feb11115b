#include "drupal/postgres/sqlstate.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

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

}  // namespace
}  // namespace moodlesync::postgres
