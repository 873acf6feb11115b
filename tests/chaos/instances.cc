#include "chaos/instances.h"

#include <csignal>
#include <utility>

namespace moodlesync::chaos {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

Instances::Instances(std::filesystem::path program, std::filesystem::path config,
                     const std::filesystem::path& logs, std::size_t count)
    : program_(std::move(program)), config_(std::move(config)), all_(count) {
  for (std::size_t i = 0; i < count; ++i) {
    all_[i].log = logs / ("daemon-" + std::to_string(i + 1) + ".log");
  }
}

bool Instances::Ended::is_a_fault() const {
  const bool obeyed = was_asked && (code == 0 || code == 128 + SIGTERM);
  return !was_killed && !obeyed;
}

void Instances::kill_one(Instance& instance) {
  if (instance.process == nullptr || instance.is_killed) return;
  instance.process->signal(SIGKILL);
  instance.is_killed = true;
  instance.killed_at = Clock::now();
}

void Instances::kill(std::size_t which) {
  const std::lock_guard lock(mutex_);
  kill_one(all_.at(which));
}

void Instances::kill_all() {
  const std::lock_guard lock(mutex_);
  for (Instance& instance : all_) kill_one(instance);
  ++times_all_killed_;
}

int Instances::times_all_killed() {
  const std::lock_guard lock(mutex_);
  return times_all_killed_;
}

void Instances::ask_to_stop(std::size_t which) {
  const std::lock_guard lock(mutex_);
  Instance& instance = all_.at(which);
  if (instance.process == nullptr) return;
  instance.process->signal(SIGTERM);
  instance.is_asked = true;
}

void Instances::freeze(std::size_t which, milliseconds time) {
  const std::lock_guard lock(mutex_);
  Instance& instance = all_.at(which);
  if (instance.process == nullptr) return;
  instance.process->signal(SIGSTOP);
  instance.frozen_until = Clock::now() + time;
}

void Instances::thaw_all() {
  const std::lock_guard lock(mutex_);
  for (Instance& instance : all_) {
    if (std::exchange(instance.frozen_until, std::nullopt)) instance.process->signal(SIGCONT);
  }
}

std::optional<Instances::Ended> Instances::look_at(Instance& instance, milliseconds patience) {
  const std::optional<int> code = instance.process->wait(patience);
  if (!code) return std::nullopt;
  Ended ended{instance.process->pid(), *code, instance.is_killed, instance.is_asked,
              instance.is_killed ? instance.killed_at : Clock::now()};
  // Who was told to stop may have ended before the kill came.
  if (ended.was_killed && *code != 128 + SIGKILL) ended.was_killed = false;
  instance.process.reset();
  instance.is_killed = instance.is_asked = false;
  instance.frozen_until.reset();
  return ended;
}

std::vector<Instances::Ended> Instances::tend() {
  const std::lock_guard lock(mutex_);
  std::vector<Ended> ended;
  for (Instance& instance : all_) {
    if (instance.frozen_until && Clock::now() >= *instance.frozen_until) {
      instance.process->signal(SIGCONT);
      instance.frozen_until.reset();
    }
    if (instance.process != nullptr) {
      if (auto end = look_at(instance, milliseconds{0})) ended.push_back(*end);
    }
    if (instance.process == nullptr) {
      instance.process =
          std::make_unique<testsupport::ChildProcess>(testsupport::ChildProcess::Command{
              program_, {"run", "--config", config_.string()}, instance.log});
    }
  }
  return ended;
}

std::vector<Instances::Ended> Instances::finish(milliseconds limit) {
  thaw_all();
  for (std::size_t i = 0; i < all_.size(); ++i) ask_to_stop(i);
  const std::lock_guard lock(mutex_);
  std::vector<Ended> all;
  for (Instance& instance : all_) {
    if (instance.process == nullptr) continue;
    if (auto end = look_at(instance, limit)) {
      all.push_back(*end);
    } else {
      all.push_back({instance.process->pid(), -1, false, true, Clock::now()});
      instance.process.reset();
    }
  }
  return all;
}

}  // namespace moodlesync::chaos
