// Real file systems without room, and read-only ones. Mounting needs root; elsewhere these tests
// are skipped, and their sisters with PostgreSQL's own error stand in database_faults.
#include <gtest/gtest.h>
#include <pwd.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>

#include "app/epoch_file.h"
#include "integration/drupal_queue/queue_fixture.h"
#include "support/ports/fake_ports.h"
#include "support/process/child_process.h"

namespace moodlesync {
namespace {

/// A tmpfs of its own, which nobody outside this process and its children sees.
class SmallDisk : public testing::Test {
 protected:
  void SetUp() override {
    if (unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("none", at().c_str(), "tmpfs", 0, "size=1m,mode=0777") != 0) {
      GTEST_SKIP() << "mounting is not allowed here";
    }
    mounted_ = true;
  }
  void TearDown() override {
    if (mounted_) umount2(at().c_str(), MNT_DETACH);
  }
  [[nodiscard]] const std::filesystem::path& at() const { return folder_.path(); }
  void remount(unsigned long flags, const std::string& options) const {
    ASSERT_EQ(mount("none", at().c_str(), "tmpfs", MS_REMOUNT | flags, options.c_str()), 0);
  }
  /// To the last byte.
  void fill() const {
    std::ofstream out(at() / "filling", std::ios::binary);
    const std::string block(4096, 'x');
    while (out.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  void make_room() const { std::filesystem::remove(at() / "filling"); }

 private:
  testsupport::TemporaryDirectory folder_;
  bool mounted_ = false;
};

TEST_F(SmallDisk, AFullStateDirIsWaitedForAndKeepsWhatItHeld) {
  fakes::FakeSite site;
  app::EpochFile file(at() / "state");
  ASSERT_TRUE(file.advance(site));
  const auto before = *file.read();
  fill();
  const Status full = file.advance(site);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().kind, ErrorKind::kUnavailable) << full.error().message;
  EXPECT_EQ(*file.read(), before);
  EXPECT_EQ(site.folders().at(before.id), before.epoch);
  make_room();
  EXPECT_TRUE(file.advance(site));
  EXPECT_NE(file.read()->epoch, before.epoch);
}

TEST_F(SmallDisk, AReadOnlyStateDirIsWaitedForToo) {
  fakes::FakeSite site;
  app::EpochFile file(at() / "state");
  ASSERT_TRUE(file.advance(site));
  const auto before = *file.read();
  remount(MS_RDONLY, "size=1m");
  const Status refused = file.advance(site);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable) << refused.error().message;
  EXPECT_EQ(*file.read(), before);
  remount(0, "size=1m");
  EXPECT_TRUE(file.advance(site));
}

TEST_F(SmallDisk, ADatabaseWithoutRoomKeepsEveryChangeUntilThereIsRoom) {
  using postgres::Instance;
  testsupport::PostgresCluster cluster;  // Started here, so that it sees the small disk.
  auto site = testsupport::DrupalSite::fresh(cluster);
  site.add_node_type("course");
  const std::vector<SourceSpec> sources{postgres::course_source()};
  Instance ours(site.connection(), site.options(), sources);
  postgres::SchemaInstaller installer(ours.connection, ours.names);
  ASSERT_TRUE(installer.install(sources, "https://drupal.example"));
  const auto tablespace = at() / "tablespace";
  std::filesystem::create_directory(tablespace);
  if (const passwd* user = getpwnam("postgres")) {
    ASSERT_EQ(chown(tablespace.c_str(), user->pw_uid, user->pw_gid), 0);
  }
  site.sql().run("CREATE TABLESPACE small LOCATION '" + tablespace.string() + "'");
  site.sql().run("ALTER TABLE moodle_sync.task SET TABLESPACE small");
  site.sql().run(
      "INSERT INTO moodle_sync.change (entity_type, entity_id, bundle, op) SELECT 'node', 1000 + "
      "n, "
      "'course', 'U' FROM generate_series(1, 20000) AS n");
  const auto full = ours.queue.drain(20'000);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, "53100") << full.error().message;
  EXPECT_EQ(full.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(site.sql().number("SELECT count(*) FROM moodle_sync.change"), 20'000);
  EXPECT_GT(site.create_node("course", "Chemistry"), 0) << "editors work on";
  remount(0, "size=64m");
  const auto drained = ours.queue.drain(30'000);
  ASSERT_TRUE(drained) << drained.error().message;
  EXPECT_EQ(drained->taken, 20'001U);
  EXPECT_EQ(site.sql().number("SELECT count(*) FROM moodle_sync.task"), 20'001);
}

}  // namespace
}  // namespace moodlesync
