#include "app/daemon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "app/epoch_file.h"
#include "fake_rooms.h"

namespace moodlesync::app {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Runs the daemon on fakes; its log goes into a pipe. `ask` is done at the first pump of the loop.
class DaemonTest : public FakeRoomsTest {
 protected:
  DaemonTest() {
    EXPECT_EQ(::pipe(pipe_.data()), 0);
    log_ = std::make_unique<ops::Log>(pipe_[1]);
    daemon_ = std::make_unique<Daemon>(config_, std::nullopt, rooms_, *log_);
  }
  ~DaemonTest() override {
    ::close(pipe_[0]);
    ::close(pipe_[1]);
  }
  std::string logged() {
    std::array<char, 16384> buffer{};
    log_->logger().info("end of the test");
    const ssize_t size = ::read(pipe_[0], buffer.data(), buffer.size());
    return {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }
  [[nodiscard]] engine::StateFolder::Memory local() const {
    const auto memory = EpochFile(folder_.path() / "state").read();
    EXPECT_TRUE(memory.has_value());
    return memory ? *memory : engine::StateFolder::Memory{};
  }

  std::array<int, 2> pipe_{};
  std::unique_ptr<ops::Log> log_;
  std::unique_ptr<Daemon> daemon_;
  fakes::FakeControl control_;
};

TEST_F(DaemonTest, DoesWhatIsDueOnceAndEnds) {
  ASSERT_TRUE(daemon_->load());
  EXPECT_EQ(daemon_->run(engine::RunMode::kUntilIdle, control_), ExitCode::kOk);
  EXPECT_THAT(logged(), HasSubstr("components=thing"));
}

TEST_F(DaemonTest, EndsWithTheBrakesOwnCodeWhenItHoldsSomethingAfterOnce) {
  for (int id = 1; id <= 30; ++id) {
    const TaskKey key{"thing", "main", {"node", id}};
    Link link;
    link.moodle_id = MoodleId{id};
    state_.queue.set_link(key, link);
    state_.queue.add_task(key);
  }
  ASSERT_TRUE(daemon_->load());
  EXPECT_EQ(daemon_->run(engine::RunMode::kUntilIdle, control_), ExitCode::kBrake);
  EXPECT_THAT(logged(), HasSubstr("MS-303"));
}

TEST_F(DaemonTest, LeavesTheEpochAloneWhenItRunsOnce) {
  ASSERT_TRUE(daemon_->load());
  EXPECT_EQ(daemon_->run(engine::RunMode::kUntilIdle, control_), ExitCode::kOk);
  EXPECT_TRUE(state_.site.folders().empty());
}

TEST_F(DaemonTest, AdvancesTheEpochOnBothSidesWhenItStarts) {
  after_pump_ = [this] { control_.ask(Command::kStop); };
  ASSERT_TRUE(daemon_->load());
  EXPECT_EQ(daemon_->run(engine::RunMode::kForever, control_), ExitCode::kOk);
  ASSERT_EQ(state_.site.folders().size(), 1U);
  EXPECT_EQ(state_.site.folders().at(local().id), local().epoch);
}

TEST_F(DaemonTest, RefusesADatabaseThatWasRestoredFromACopy) {
  ASSERT_TRUE(EpochFile(folder_.path() / "state").advance(state_.site));
  state_.site.folders().begin()->second = "of-a-backup";
  ASSERT_TRUE(daemon_->load());
  EXPECT_EQ(daemon_->run(engine::RunMode::kForever, control_), ExitCode::kGuard);
  EXPECT_THAT(logged(), HasSubstr("MS-110 the guard refuses"));
}

TEST_F(DaemonTest, StartsBesideAnotherInstanceWithTheSameStateFolder) {
  after_pump_ = [this] { control_.ask(Command::kStop); };
  EpochFile folder(folder_.path() / "state");
  engine::Guard first(state_.site, folder, "https://drupal.example");
  ASSERT_TRUE(first.advance());
  ASSERT_TRUE(first.check());
  ASSERT_TRUE(daemon_->load());
  EXPECT_EQ(daemon_->run(engine::RunMode::kForever, control_), ExitCode::kOk);
  EXPECT_TRUE(first.check()) << "the first one goes on unmoved";
}

TEST_F(DaemonTest, DoesNotJoinOtherInstancesWithAStateFolderThatNobodyKnows) {
  state_.site.folders()["theirs"] = "epoch";
  ASSERT_TRUE(daemon_->load());
  EXPECT_EQ(daemon_->run(engine::RunMode::kForever, control_), ExitCode::kGuard);
  EXPECT_THAT(logged(), HasSubstr("further instance"));
}

TEST_F(DaemonTest, LogsEveryFaultOfABadConfigurationAndDoesNotStart) {
  folder_.write("moodle-syncd.yaml", "drupal: {sight_url: x}\n");
  EXPECT_FALSE(daemon_->load());
  const std::string lines = logged();
  EXPECT_THAT(lines, HasSubstr("MS-101"));
  EXPECT_THAT(lines, HasSubstr("drupal.sight_url"));
  EXPECT_THAT(lines, HasSubstr("moodle.url: is missing"));
}

TEST_F(DaemonTest, DoesNotStartWithAMappingThatDoesNotFit) {
  state_.reader.set_faults({{{"x.yaml", 9, "components.thing"}, "no such field"}});
  ASSERT_TRUE(daemon_->load());
  EXPECT_EQ(daemon_->run(engine::RunMode::kForever, control_), ExitCode::kConfig);
  EXPECT_THAT(logged(), HasSubstr("x.yaml:9: components.thing: no such field"));
}

TEST_F(DaemonTest, EndsAtOnceWhenTheDatabaseIsAwayAndItRunsOnce) {
  state_.open_errors = {{ErrorKind::kUnavailable, "database_unavailable", "no route"}};
  ASSERT_TRUE(daemon_->load());
  EXPECT_EQ(daemon_->run(engine::RunMode::kUntilIdle, control_), ExitCode::kUnavailable);
}

/// Its descriptor is readable, so that waiting on it takes no time.
class AwakeControl : public fakes::FakeControl {
 public:
  AwakeControl() {
    EXPECT_EQ(::pipe(pipe_.data()), 0);
    EXPECT_EQ(::write(pipe_[1], "x", 1), 1);
  }
  ~AwakeControl() override {
    ::close(pipe_[0]);
    ::close(pipe_[1]);
  }
  AwakeControl(const AwakeControl&) = delete;
  AwakeControl& operator=(const AwakeControl&) = delete;
  [[nodiscard]] int fd() const override { return pipe_[0]; }

 private:
  std::array<int, 2> pipe_{};
};

TEST_F(DaemonTest, WaitsForADatabaseThatComesUpAfterIt) {
  const Error away{ErrorKind::kUnavailable, "database_unavailable", "no route"};
  state_.open_errors = {away, away};
  AwakeControl control;
  after_pump_ = [&control] { control.ask(Command::kStop); };
  ASSERT_TRUE(daemon_->load());
  EXPECT_EQ(daemon_->run(engine::RunMode::kForever, control), ExitCode::kOk);
  EXPECT_EQ(state_.opened, 4);
  EXPECT_THAT(logged(), HasSubstr("MS-105 cannot start yet"));
}

TEST_F(DaemonTest, StopsWhenAskedWhileItWaitsForTheDatabase) {
  state_.open_errors = {{ErrorKind::kUnavailable, "database_unavailable", "no route"}};
  AwakeControl control;
  control.ask(Command::kStop);
  ASSERT_TRUE(daemon_->load());
  EXPECT_EQ(daemon_->run(engine::RunMode::kForever, control), ExitCode::kOk);
  EXPECT_EQ(state_.opened, 1);
}

TEST_F(DaemonTest, KeepsTheOldConfigurationWhenTheNewOneIsBad) {
  ASSERT_TRUE(daemon_->load());
  folder_.write("moodle-syncd.yaml", "nonsense: [\n");
  EXPECT_FALSE(daemon_->load_anew());
  EXPECT_THAT(logged(), HasSubstr("MS-104 not reloaded"));
  EXPECT_EQ(daemon_->run(engine::RunMode::kUntilIdle, control_), ExitCode::kOk);
}

TEST_F(DaemonTest, KeepsTheOldConfigurationWhenTheNewOneDoesNotConnect) {
  ASSERT_TRUE(daemon_->load());
  state_.open_errors = {{ErrorKind::kUnavailable, "database_unavailable", "no route"}};
  EXPECT_FALSE(daemon_->load_anew());
  EXPECT_THAT(logged(), HasSubstr("MS-103"));
}

TEST_F(DaemonTest, GoesOnWithTheNewConfigurationAfterAReload) {
  int pumps = 0;
  after_pump_ = [this, &pumps] {
    if (++pumps > 1) return control_.ask(Command::kStop);
    folder_.write("moodle-syncd.yaml", good_config() + "log: {format: json}\n");
    ASSERT_TRUE(daemon_->load_anew());
    control_.ask(Command::kReload);
  };
  ASSERT_TRUE(daemon_->load());
  EXPECT_EQ(daemon_->run(engine::RunMode::kForever, control_), ExitCode::kOk);
  EXPECT_EQ(state_.opened, 4);
  EXPECT_THAT(logged(), HasSubstr("\"message\":\"the new configuration is in force"));
}

TEST_F(DaemonTest, NeverLogsTheToken) {
  ASSERT_TRUE(daemon_->load());
  log_->logger().info("token 0123456789abcdef0123456789abcdef");
  EXPECT_THAT(logged(), Not(HasSubstr("0123456789abcdef")));
}

/// Started by a service manager that listens.
class ServiceTest : public DaemonTest {
 protected:
  class Manager : public ops::ServiceManager {
   public:
    [[nodiscard]] bool is_listening() const override { return true; }
    [[nodiscard]] std::optional<std::chrono::milliseconds> watchdog() const override {
      return interval;
    }
    void tell(const std::string& lines) override { told.push_back(lines); }
    std::optional<std::chrono::milliseconds> interval;
    std::vector<std::string> told;
  };
  ServiceTest() {
    rooms_.service_manager = &manager_;
    daemon_ = std::make_unique<Daemon>(config_, std::nullopt, rooms_, *log_);
  }
  Manager manager_;
};

TEST_F(ServiceTest, HearsThatTheDaemonIsReadyAndThatItStops) {
  int pumps = 0;
  after_pump_ = [this, &pumps] {
    if (++pumps == 3) control_.ask(Command::kStop);
  };
  ASSERT_TRUE(daemon_->load());
  EXPECT_EQ(daemon_->run(engine::RunMode::kForever, control_), ExitCode::kOk);
  EXPECT_THAT(manager_.told, AllOf(Contains("READY=1"), Contains("STOPPING=1"),
                                   Contains("STATUS=In step, nothing is queued")));
}

TEST_F(ServiceTest, DoesNotWaitInVainForATokenThatMoodleRefuses) {
  preflights_ = {Error{ErrorKind::kConfig, "invalidtoken", "Moodle refuses the token"}};
  ASSERT_TRUE(daemon_->load());
  EXPECT_EQ(daemon_->run(engine::RunMode::kForever, control_), ExitCode::kConfig);
  EXPECT_THAT(manager_.told, Not(Contains("READY=1")));
  EXPECT_THAT(logged(), HasSubstr("MS-112 cannot go on: reason=\"Moodle refuses the token\""));
}

TEST_F(ServiceTest, WarnsOfAWatchdogThatBarksAtASlowDatabase) {
  manager_.interval = std::chrono::seconds{20};
  after_pump_ = [this] { control_.ask(Command::kStop); };
  ASSERT_TRUE(daemon_->load());
  EXPECT_EQ(daemon_->run(engine::RunMode::kForever, control_), ExitCode::kOk);
  EXPECT_THAT(logged(), HasSubstr("MS-114"));
}

TEST_F(ServiceTest, HearsOfAReloadThatIsRefused) {
  int pumps = 0;
  after_pump_ = [this, &pumps] {
    if (++pumps < 3) return;
    folder_.write("moodle-syncd.yaml", "drupal: {sight_url: x}\n");
    manager_.told.clear();
    EXPECT_FALSE(daemon_->load_anew());
    EXPECT_THAT(manager_.told,
                ElementsAre(HasSubstr("RELOADING=1"), "STATUS=Reloading", "READY=1"));
    control_.ask(Command::kStop);
  };
  ASSERT_TRUE(daemon_->load());
  EXPECT_EQ(daemon_->run(engine::RunMode::kForever, control_), ExitCode::kOk);
}

}  // namespace
}  // namespace moodlesync::app
