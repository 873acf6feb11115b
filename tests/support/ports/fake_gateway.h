#pragma once

#include <functional>
#include <list>
#include <vector>

#include "moodlesync/gateway.h"

namespace moodlesync::fakes {

/// A gateway without network: `pump` answers every row by a function of the test's, or leaves it
/// open while held.
class FakeGateway : public Gateway {
 public:
  using Handler = std::function<Result<Json>(const Call&)>;

  explicit FakeGateway(Handler handler) : handler_(std::move(handler)) {}

  /// While held, rows stay unanswered.
  void hold(bool held) { held_ = held; }
  void answer_preflight_with(std::vector<Result<MoodleSite>> answers) {
    preflights_ = std::move(answers);
  }
  void set_outage(std::optional<Error> outage) { outage_ = std::move(outage); }
  /// Called at the end of every pump: where a test moves time or lets an editor save.
  std::function<void()> after_pump = [] {};

  [[nodiscard]] int preflight_count() const { return preflight_count_; }
  [[nodiscard]] std::size_t answered() const { return answered_; }

  void pump(std::chrono::milliseconds wait, std::span<const int> wake_fds) override;
  void attend(int /*fd*/, std::chrono::milliseconds most) override { pump(most, {}); }
  std::vector<std::coroutine_handle<>> take_ready() override { return std::exchange(ready_, {}); }
  [[nodiscard]] std::size_t outstanding() const override { return waiting_.size(); }
  Co<Result<MoodleSite>> preflight() override;
  [[nodiscard]] bool reads_are_trustworthy() const override { return true; }
  [[nodiscard]] std::optional<Error> outage() const override { return outage_; }
  [[nodiscard]] GatewayStats stats() const override { return {answered_, answered_, 0, 0}; }
  void report_to(Observer* /*observer*/) override {}

 protected:
  void submit(PendingCall& call) override { waiting_.push_back(&call); }
  void withdraw(PendingCall& call) noexcept override { waiting_.remove(&call); }

 private:
  Handler handler_;
  std::list<PendingCall*> waiting_;
  std::vector<std::coroutine_handle<>> ready_;
  std::vector<Result<MoodleSite>> preflights_;
  std::optional<Error> outage_;
  bool held_ = false;
  int preflight_count_ = 0;
  std::size_t answered_ = 0;
};

}  // namespace moodlesync::fakes
