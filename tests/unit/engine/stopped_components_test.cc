#include "engine/stopped_components.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "support/ports/fake_ports.h"

namespace moodlesync::engine {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class StoppedComponentsTest : public testing::Test {
 protected:
  [[nodiscard]] std::string log() const { return text_.str(); }
  static SettingsFault fault(const std::string& key, const std::string& message) {
    return {{"moodle-syncd.yaml", 12, key}, message};
  }

  std::ostringstream text_;
  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_)};
  fakes::FakeClock clock_;
  std::vector<std::string> names_{"category", "course", "users"};
  StoppedComponents stopped_{names_, clock_, seconds{300}, log_};
  Error error_{ErrorKind::kConfig, "nopermissions", "a right is missing"};
};

TEST_F(StoppedComponentsTest, AreNoneAtFirst) {
  EXPECT_THAT(stopped_.willing(), ElementsAre("category", "course", "users"));
  EXPECT_THAT(stopped_.reasons(), IsEmpty());
}

TEST_F(StoppedComponentsTest, RestAfterAnErrorAndTryAgain) {
  stopped_.note_error("course", error_);
  EXPECT_THAT(stopped_.willing(), ElementsAre("category", "users"));
  EXPECT_THAT(stopped_.reasons(), ElementsAre(Pair("course", "a right is missing")));
  clock_.advance(seconds{300});
  EXPECT_THAT(stopped_.willing(), ElementsAre("category", "course", "users"));
  EXPECT_THAT(stopped_.reasons(), IsEmpty());
}

TEST_F(StoppedComponentsTest, RestFromTheLastErrorOnAndSayItOnce) {
  stopped_.note_error("course", error_);
  clock_.advance(seconds{200});
  stopped_.note_error("course", {ErrorKind::kConfig, "accessexception", "the token is gone"});
  clock_.advance(seconds{200});
  EXPECT_THAT(stopped_.willing(), ElementsAre("category", "users"));
  EXPECT_THAT(stopped_.reasons(), ElementsAre(Pair("course", "the token is gone")));
  EXPECT_THAT(log(), HasSubstr("MS-204 component stopped until this is mended: component=course "
                               "code=nopermissions reason=\"a right is missing\""));
  EXPECT_EQ(log().find("MS-204"), log().rfind("MS-204"));
}

TEST_F(StoppedComponentsTest, StayAwayUntilTheirFieldsAreThereAgain) {
  const std::vector<SettingsFault> faults{fault("components.course.sources[0].fields", "is gone")};
  stopped_.note_faults(faults);
  clock_.advance(std::chrono::hours{24});
  EXPECT_THAT(stopped_.willing(), ElementsAre("category", "users"));
  EXPECT_THAT(stopped_.reasons(), ElementsAre(Pair("course", "is gone")));
  EXPECT_THAT(log(), HasSubstr("MS-203"));
  stopped_.note_faults({});
  EXPECT_THAT(stopped_.willing(), ElementsAre("category", "course", "users"));
}

TEST_F(StoppedComponentsTest, AreNotStoppedByWhatIsAboutNoComponent) {
  const std::vector<SettingsFault> faults{fault("components.courses.sources", "is gone"),
                                          fault("drupal.schema", "is gone")};
  stopped_.note_faults(faults);
  EXPECT_THAT(stopped_.reasons(), IsEmpty());
}

TEST_F(StoppedComponentsTest, SayFirstWhatDrupalLacks) {
  const std::vector<SettingsFault> faults{fault("components.course.sources[0].fields", "is gone")};
  stopped_.note_error("course", error_);
  stopped_.note_faults(faults);
  EXPECT_THAT(stopped_.reasons(), ElementsAre(Pair("course", "is gone")));
}

}  // namespace
}  // namespace moodlesync::engine
