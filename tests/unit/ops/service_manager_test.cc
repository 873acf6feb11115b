#include "ops/service_manager.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

namespace moodlesync::ops {
namespace {

/// The socket that systemd would listen on.
class SystemdTest : public testing::Test {
 protected:
  SystemdTest() : path_(testing::TempDir() + "notify-" + std::to_string(::getpid())) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~SystemdTest() override {
    ::close(socket_);
    ::unlink(path_.c_str());
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  }
  [[nodiscard]] std::string heard() const {
    std::array<char, 256> text{};
    const ssize_t size = ::recv(socket_, text.data(), text.size(), MSG_DONTWAIT);
    return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }
  void listen() const { ::setenv("NOTIFY_SOCKET", path_.c_str(), 1); }

  std::string path_;
  int socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

TEST_F(SystemdTest, HearsWhatItIsTold) {
  listen();
  Systemd systemd;
  EXPECT_TRUE(systemd.is_listening());
  systemd.tell("READY=1");
  EXPECT_EQ(heard(), "READY=1");
}

TEST_F(SystemdTest, IsNotThereWhenSomethingElseStartedUs) {
  Systemd systemd;
  EXPECT_FALSE(systemd.is_listening());
  EXPECT_EQ(systemd.watchdog(), std::nullopt);
  systemd.tell("READY=1");
  EXPECT_EQ(heard(), "");
}

TEST_F(SystemdTest, SaysHowLongItsWatchdogWaits) {
  ::setenv("WATCHDOG_USEC", "180000000", 1);
  EXPECT_EQ(Systemd().watchdog(), std::chrono::minutes{3});
}

TEST_F(SystemdTest, HasNoWatchdogForAnotherProcess) {
  ::setenv("WATCHDOG_USEC", "180000000", 1);
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(Systemd().watchdog(), std::nullopt);
}

}  // namespace
}  // namespace moodlesync::ops
