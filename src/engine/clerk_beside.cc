#include "engine/clerk_beside.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace moodlesync::engine {

namespace {

int open_event() {
  const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return fd;
}

}  // namespace

ClerkBeside::ClerkBeside(Ports ports)
    : ports_(ports),
      fd_(open_event()),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

ClerkBeside::~ClerkBeside() {
  thread_.request_stop();
  thread_.join();
  ::close(fd_);
}

void ClerkBeside::begin_claim(ClaimRequest request) {
  is_claiming_ = true;
  {
    const std::lock_guard lock(mutex_);
    to_claim_ = std::move(request);
  }
  changed_.notify_all();
}

void ClerkBeside::begin_settling(std::span<const Settlement> group) {
  is_settling_ = true;
  {
    const std::lock_guard lock(mutex_);
    to_settle_ = group;
  }
  changed_.notify_all();
}

std::optional<Clerk::Claimed> ClerkBeside::take_claimed() {
  const std::lock_guard lock(mutex_);
  std::optional<Claimed> taken = std::exchange(claimed_, std::nullopt);
  if (taken) is_claiming_ = false;
  return taken;
}

std::optional<Result<SettleReport>> ClerkBeside::take_settled() {
  const std::lock_guard lock(mutex_);
  std::optional<Result<SettleReport>> taken = std::exchange(settled_, std::nullopt);
  if (taken) is_settling_ = false;
  return taken;
}

bool ClerkBeside::has_claimed() const {
  const std::lock_guard lock(mutex_);
  return claimed_.has_value();
}

void ClerkBeside::hear() {
  std::uint64_t count = 0;
  static_cast<void>(::read(fd_, &count, sizeof count));  // Fails if there is nothing to be heard.
}

void ClerkBeside::tell() {
  const std::uint64_t one = 1;
  static_cast<void>(::write(fd_, &one, sizeof one));  // Fails if it is readable already.
}

void ClerkBeside::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] {
    return claimed_.has_value() == is_claiming_ && settled_.has_value() == is_settling_;
  });
}

void ClerkBeside::work(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), kClerkThread);
  std::unique_lock lock(mutex_);
  for (;;) {
    const bool has_work = changed_.wait(lock, stop, [this] { return to_claim_ || to_settle_; });
    if (!has_work) return;
    const auto group = std::exchange(to_settle_, std::nullopt);
    const auto request = group ? std::nullopt : std::exchange(to_claim_, std::nullopt);
    lock.unlock();
    std::optional<Result<SettleReport>> settled;
    std::optional<Claimed> claimed;
    if (group) settled = ports_.queue.settle(*group);
    if (request) claimed = claim(*request);
    lock.lock();
    if (settled) settled_ = std::move(settled);
    if (claimed) claimed_ = std::move(claimed);
    tell();
    changed_.notify_all();
  }
}

Clerk::Claimed ClerkBeside::claim(const ClaimRequest& request) {
  if (Status guarded = ports_.guard.check(); !guarded) return {std::move(guarded)};
  return {ok(), ports_.queue.claim(request)};
}

}  // namespace moodlesync::engine
