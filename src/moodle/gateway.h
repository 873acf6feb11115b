#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "moodle/admission.h"
#include "moodle/batcher.h"
#include "moodle/concurrency.h"
#include "moodle/envelope.h"
#include "moodle/settings.h"
#include "moodle/suspects.h"
#include "moodle/transport.h"
#include "moodlesync/clock.h"
#include "moodlesync/gateway.h"
#include "moodlesync/observer.h"

namespace moodlesync::moodle {

/// Gathers the rows of all conversations into calls, sends these over a few connections and gives
/// every row its own answer. How many rows a call takes and how many calls are out at once it
/// learns from the time that Moodle takes.
///
/// Whatever was submitted before a pump() is gathered by it; nothing waits for company. A refused
/// all-or-nothing call is halved until the bad row stands alone, the others go through. A write
/// whose answer is lost is never repeated here.
///
/// When Moodle turns out to be away, everything that waits is answered with that at once, and so is
/// all that comes, until a preflight has succeeded: nothing but the preflight knocks at a shut
/// door.
///
/// Lifetime: must outlive every PendingCall. Threads: the event loop's only.
class BatchingGateway final : public Gateway {
 public:
  /// `clock`: has to outlive the gateway.
  BatchingGateway(GatewaySettings settings, std::unique_ptr<Transport> transport,
                  const Clock& clock);

  void pump(std::chrono::milliseconds wait, std::span<const int> wake_fds) override;
  void attend(int fd, std::chrono::milliseconds most) override;
  [[nodiscard]] std::vector<std::coroutine_handle<>> take_ready() override;
  [[nodiscard]] std::size_t outstanding() const override { return outstanding_; }
  [[nodiscard]] Co<Result<MoodleSite>> preflight() override;
  [[nodiscard]] bool reads_are_trustworthy() const override { return reads_are_trustworthy_; }
  [[nodiscard]] bool offers(std::string_view function) const override {
    return offered_.contains(function);
  }
  [[nodiscard]] std::optional<Error> outage() const override { return outage_; }
  [[nodiscard]] GatewayStats stats() const override;
  void report_to(Observer* observer) override { observer_ = observer; }

 protected:
  void submit(PendingCall& call) override;
  void withdraw(PendingCall& call) noexcept override;

 private:
  /// The preflight's way in, which is never shut.
  class SideDoor final : public Moodle {
   public:
    explicit SideDoor(BatchingGateway& gateway) : gateway_(gateway) {}
    [[nodiscard]] bool reads_are_trustworthy() const override {
      return gateway_.reads_are_trustworthy();
    }

   protected:
    void submit(PendingCall& call) override { gateway_.take_in(call, /*is_probe=*/true); }
    void withdraw(PendingCall& call) noexcept override { gateway_.withdraw(call); }

   private:
    BatchingGateway& gateway_;
  };

  struct OnTheWire {
    Batch batch;
    std::size_t body_bytes = 0;
    std::size_t in_flight = 0;  ///< When it was sent, itself included.
    std::uint64_t round = 0;    ///< Concurrency::round() when it was sent.
    Clock::TimePoint sent_at;
  };

  void take_in(PendingCall& call, bool is_probe);
  void work(std::chrono::milliseconds wait, std::span<const int> wake_fds);
  void dispatch();
  /// What the next call is to leave to others.
  [[nodiscard]] Sharing sharing() const;
  /// Rows of `function` that wait or are on the wire.
  [[nodiscard]] std::size_t rows_left(const Function& function) const;
  void note_lull();
  void send(Batch batch);
  void receive();
  void settle(OnTheWire wire, const Reply& reply);
  void learn(const OnTheWire& wire, const Reply& reply, const Verdict& verdict);
  void report(const OnTheWire& wire, const Reply& reply, const Verdict& verdict) const;
  /// Finds out whether the only row of the call is to blame for what looks like an outage, and
  /// judges anew if so.
  void look_for_culprit(const Rows& rows, Verdict& verdict);
  void note_condition(const Verdict& verdict);
  /// Answers everything that waits with the outage.
  void turn_away_waiting();
  [[nodiscard]] bool is_missing(const Function& function, const Verdict& verdict) const;
  void note_condition(const Error& warning);
  void distrust_reads(const Error& reason);
  void deal(Batch batch, Json answer);
  void split_or_refuse(Batch batch, const Verdict& verdict);
  void refuse(Batch batch, const Error& error);
  void finish(std::unique_ptr<Row> row, Result<Json> answer);

  GatewaySettings settings_;
  const Clock& clock_;
  std::unique_ptr<Transport> transport_;
  Concurrency concurrency_;
  Admission admission_;
  Batcher batcher_;
  std::unordered_map<std::uint64_t, OnTheWire> wire_;     ///< By request id.
  std::unordered_map<const PendingCall*, Row*> by_call_;  ///< Every row that is not taken yet.
  Rows ready_;                                            ///< Answered, not taken yet.
  std::size_t outstanding_ = 0;
  std::uint64_t next_sequence_ = 0;
  std::uint64_t next_request_ = 0;
  bool reads_are_trustworthy_ = false;
  std::set<std::string, std::less<>> offered_;  ///< Functions of the service; empty before a
                                                ///< preflight.
  std::optional<Error> outage_;                 ///< Set: the door is shut.
  Suspects suspects_;
  GatewayStats stats_;
  Observer* observer_ = nullptr;
};

/// The gateway to the Moodle of `settings`. Nothing is sent before the first pump(). `clock` has to
/// outlive it.
///
/// Errors: kConfig (URL, token, numbers out of range).
[[nodiscard]] Result<std::unique_ptr<Gateway>> open_gateway(GatewaySettings settings,
                                                            const Clock& clock);

}  // namespace moodlesync::moodle
