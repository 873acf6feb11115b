#include "moodle/gateway.h"

#include <algorithm>
#include <utility>

#include "moodle/answers.h"
#include "moodle/curl_transport.h"
#include "moodle/form.h"
#include "moodle/preflight.h"
#include "moodle/redact.h"

namespace moodlesync::moodle {

namespace {

/// More variables than PHP's default count only once they have been seen to get through.
constexpr int kUnmeasuredVariables = 1000;

/// Tries of a row that Moodle's database refused; the last one is alone.
constexpr int kMostCollisions = 2;

BatchLimits limits_of(const GatewaySettings& settings) {
  const int variables = std::min(settings.max_input_vars, kUnmeasuredVariables);
  return {static_cast<std::size_t>(variables), settings.max_batch};
}

/// The rows' parameters; null where the row has been withdrawn.
std::vector<const Params*> params_of(const Rows& rows) {
  std::vector<const Params*> params;
  params.reserve(rows.size());
  for (const auto& row : rows) {
    params.push_back(row->call == nullptr ? nullptr : &row->call->call().row);
  }
  return params;
}

bool is_collision(const Result<Json>& answer) {
  return !answer && answer.error().code == "dmlwriteexception";
}

/// What a row hears that was not sent because Moodle is away.
Error not_sent(Error reason) {
  reason.kind = ErrorKind::kUnavailable;
  reason.message = "not sent, since Moodle is away: " + reason.message;
  return reason;
}

/// Moodle has one code for an unknown function and for an unknown record. Taken for the latter, a
/// removal that was never made would count as done.
Verdict missing_function(const Function& function) {
  Verdict verdict;
  verdict.error = {ErrorKind::kConfig, "missing_function",
                   std::string(function.name) +
                       ": this Moodle does not know the function, and the token's service does not "
                       "hold it; add it (Site administration > Server > Web services > External "
                       "services > Functions) or update Moodle"};
  return verdict;
}

Batch alone(const Function* function, std::unique_ptr<Row> row) {
  Batch batch{function};
  batch.rows.push_back(std::move(row));
  return batch;
}

Status check(const GatewaySettings& settings) {
  const auto bad = [](std::string_view what) {
    return Error{ErrorKind::kConfig, "bad_setting", std::string(what)};
  };
  if (settings.token.empty()) return bad("moodle.token is empty");
  const bool is_printable =
      std::ranges::all_of(settings.token.reveal(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!is_printable) return bad("moodle.token holds a blank or a line break");
  const ConcurrencySettings& concurrency = settings.concurrency;
  if (concurrency.min < 1 || concurrency.initial < concurrency.min ||
      concurrency.max < concurrency.initial) {
    return bad("moodle.concurrency must hold 1 <= min <= initial <= max");
  }
  if (settings.max_input_vars < 100) return bad("moodle.max_input_vars must be at least 100");
  if (settings.timeout_factor <= 0) return bad("moodle.timeout_factor must be above 0");
  return ok();
}

}  // namespace

BatchingGateway::BatchingGateway(GatewaySettings settings, std::unique_ptr<Transport> transport,
                                 const Clock& clock)
    : settings_(std::move(settings)),
      clock_(clock),
      transport_(std::move(transport)),
      concurrency_(settings_.concurrency),
      admission_(concurrency_.limit()),
      batcher_(limits_of(settings_)) {}

void BatchingGateway::submit(PendingCall& call) { take_in(call, /*is_probe=*/false); }

void BatchingGateway::take_in(PendingCall& call, bool is_probe) {
  auto row = std::make_unique<Row>();
  row->call = &call;
  row->sequence = next_sequence_++;
  by_call_.emplace(&call, row.get());
  ++outstanding_;
  const Call& asked = call.call();
  row->is_probe = is_probe;
  row->variables = asked.row.size();
  row->is_alone = suspects_.has(asked);
  if (outage_ && !is_probe) return finish(std::move(row), not_sent(*outage_));
  if (asked.function != &kVariableProbe && !batcher_.fits(asked)) {
    finish(std::move(row), Error{ErrorKind::kRejected, "too_many_variables",
                                 std::string(asked.function->name) + ": the entity has " +
                                     std::to_string(asked.row.size()) +
                                     " values, more than moodle.max_input_vars lets through"});
    return;
  }
  batcher_.add(std::move(row));
}

void BatchingGateway::withdraw(PendingCall& call) noexcept {
  const auto found = by_call_.find(&call);
  if (found == by_call_.end()) return;
  Row& row = *found->second;
  row.call = nullptr;
  if (!row.answer) --outstanding_;
  by_call_.erase(found);
}

void BatchingGateway::pump(std::chrono::milliseconds wait, std::span<const int> wake_fds) {
  work(ready_.empty() ? wait : std::chrono::milliseconds(0), wake_fds);
}

void BatchingGateway::attend(int fd, std::chrono::milliseconds most) { work(most, {&fd, 1}); }

void BatchingGateway::work(std::chrono::milliseconds wait, std::span<const int> wake_fds) {
  dispatch();
  transport_->run(wait, wake_fds);
  receive();
  dispatch();
  if (wire_.empty()) note_lull();
}

void BatchingGateway::note_lull() {
  concurrency_.note_lull();
  admission_.set_limit(concurrency_.limit());
}

std::vector<std::coroutine_handle<>> BatchingGateway::take_ready() {
  std::vector<std::coroutine_handle<>> handles;
  handles.reserve(ready_.size());
  for (const auto& row : ready_) {
    auto& answer = row->answer;
    if (row->call == nullptr || !answer) continue;
    by_call_.erase(row->call);
    handles.push_back(row->call->answer(*std::move(answer)));
  }
  ready_.clear();
  return handles;
}

Co<Result<MoodleSite>> BatchingGateway::preflight() {
  reads_are_trustworthy_ = false;
  PreflightWish wish{settings_.base_url, settings_.max_input_vars};
  SideDoor door(*this);
  Co<Result<PreflightReport>> run = run_preflight(door, std::move(wish));
  Result<PreflightReport> report = co_await std::move(run);
  if (!report) co_return std::move(report).error();
  outage_.reset();
  reads_are_trustworthy_ = report->reads_are_trustworthy;
  offered_ = report->site.functions;
  batcher_.set_variables(static_cast<std::size_t>(report->site.max_input_vars));
  co_return std::move(report->site);
}

GatewayStats BatchingGateway::stats() const {
  GatewayStats stats = stats_;
  stats.connections = transport_->connections_opened();
  stats.limit = concurrency_.limit();
  stats.in_flight = wire_.size();
  stats.max_input_vars = batcher_.variables();
  return stats;
}

void BatchingGateway::dispatch() {
  const auto admits = [this](const Function& function) { return admission_.admits(function); };
  while (admission_.has_room()) {
    auto batch = batcher_.next(admits, sharing());
    if (!batch) return;
    send(*std::move(batch));
  }
}

Sharing BatchingGateway::sharing() const {
  Sharing sharing{.connections = concurrency_.limit()};
  const Clock::TimePoint now = clock_.now();
  for (const auto& [id, wire] : wire_) {
    sharing.under_way += batcher_.left_of(
        wire.batch, std::chrono::duration_cast<std::chrono::microseconds>(now - wire.sent_at));
  }
  return sharing;
}

std::size_t BatchingGateway::rows_left(const Function& function) const {
  std::size_t rows = batcher_.waiting(function);
  for (const auto& [id, wire] : wire_) {
    if (wire.batch.function == &function) rows += wire.batch.rows.size();
  }
  return rows;
}

void BatchingGateway::send(Batch batch) {
  const Function& function = *batch.function;
  const std::vector<const Params*> rows = params_of(batch.rows);
  const bool is_probe = &function == &kVariableProbe;
  Request request;
  request.id = next_request_++;
  request.body =
      encode_body(function, settings_.token.reveal(), batch.rows.front()->call->call().fixed, rows,
                  is_probe ? FunctionName::kFirst : FunctionName::kLast);
  request.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(function.timeout *
                                                                          settings_.timeout_factor);
  request.repeatable = function.effect == Function::Effect::kRead;
  wire_.emplace(request.id, OnTheWire{std::move(batch), request.body.size(), wire_.size() + 1,
                                      concurrency_.round(), clock_.now()});
  admission_.started(function);
  ++stats_.calls;
  transport_->send(std::move(request));
}

void BatchingGateway::receive() {
  for (const Reply& reply : transport_->take_replies()) {
    auto found = wire_.extract(reply.id);
    if (found.empty()) continue;
    admission_.finished(*found.mapped().batch.function);
    settle(std::move(found.mapped()), reply);
  }
}

void BatchingGateway::settle(OnTheWire wire, const Reply& reply) {
  const Asked asked{wire.batch.function, wire.batch.rows.size(), wire.body_bytes};
  Verdict verdict = judge(reply, asked);
  verdict.error.message = without(std::move(verdict.error.message), settings_.token.reveal());
  if (verdict.next != Verdict::Next::kDeal) ++stats_.failures;
  if (is_missing(*wire.batch.function, verdict)) verdict = missing_function(*wire.batch.function);
  look_for_culprit(wire.batch.rows, verdict);
  note_condition(verdict);
  learn(wire, reply, verdict);
  report(wire, reply, verdict);
  switch (verdict.next) {
    case Verdict::Next::kDeal:
      deal(std::move(wire.batch), std::move(verdict.answer));
      break;
    case Verdict::Next::kSplit:
      split_or_refuse(std::move(wire.batch), verdict);
      break;
    case Verdict::Next::kRefuse:
      refuse(std::move(wire.batch), verdict.error);
      break;
  }
  turn_away_waiting();
}

bool BatchingGateway::is_missing(const Function& function, const Verdict& verdict) const {
  return verdict.error.code == "invalidrecordunknown" && !offered_.empty() &&
         !offered_.contains(function.name);
}

void BatchingGateway::look_for_culprit(const Rows& rows, Verdict& verdict) {
  const bool is_probe = rows.front()->is_probe;
  if (!verdict.is_outage) suspects_.note_answer();
  const bool is_alone = rows.size() == 1;
  for (const auto& row : rows) {
    if (row->call == nullptr || is_probe) continue;
    if (!verdict.is_outage) suspects_.clear(row->call->call());
    if (!verdict.may_be_a_row || !suspects_.blame(row->call->call(), is_alone)) continue;
    verdict.is_outage = false;
    // Tried again, at growing intervals and a limited number of times.
    if (verdict.error.kind == ErrorKind::kUnavailable) verdict.error.kind = ErrorKind::kTransient;
    verdict.error.message +=
        "; Moodle answers others, only this row never gets through: does a firewall in front of "
        "Moodle dislike something in it, or does Moodle's web server log say why it fails?";
  }
}

/// A refused call ends early and says nothing about the time that rows take.
void BatchingGateway::learn(const OnTheWire& wire, const Reply& reply, const Verdict& verdict) {
  if (verdict.is_outage) {
    concurrency_.note_failure();
  } else if (verdict.next == Verdict::Next::kDeal && reply.took.count() > 0) {
    const Batch& batch = wire.batch;
    // Of those that went out together the first was not alone for long.
    const std::size_t in_flight = std::max(wire.in_flight, wire_.size() + 1);
    batcher_.learn(batch, reply.took, in_flight);
    concurrency_.note_answer({batch.function, batch.rows.size(), reply.took, in_flight, wire.round,
                              rows_left(*batch.function)});
  }
  admission_.set_limit(concurrency_.limit());
}

void BatchingGateway::report(const OnTheWire& wire, const Reply& reply,
                             const Verdict& verdict) const {
  if (observer_ == nullptr) return;
  const bool is_answered = verdict.next == Verdict::Next::kDeal;
  observer_->called({wire.batch.function->name, wire.batch.rows.size(), reply.took,
                     is_answered ? nullptr : &verdict.error});
}

void BatchingGateway::note_condition(const Verdict& verdict) {
  if (verdict.reads_lie) distrust_reads(verdict.error);
  if (!verdict.is_outage) return;
  Error reason = verdict.error;
  reason.kind = ErrorKind::kUnavailable;
  outage_ = std::move(reason);
}

void BatchingGateway::turn_away_waiting() {
  const auto& reason = outage_;
  if (!reason) return;
  for (auto& row : batcher_.take_waiting()) finish(std::move(row), not_sent(*reason));
}

/// Functions that go row by row tell even what concerns the whole site in the rows' warnings.
void BatchingGateway::note_condition(const Error& warning) {
  if (warning.kind == ErrorKind::kConfig) distrust_reads(warning);
  if (warning.kind == ErrorKind::kUnavailable) outage_ = warning;
}

/// Moodle counts as away until the next preflight has seen that the account can read again.
void BatchingGateway::distrust_reads(const Error& reason) {
  reads_are_trustworthy_ = false;
  outage_ = reason;
}

void BatchingGateway::deal(Batch batch, Json answer) {
  const bool is_repeatable = batch.function->repeatable && batch.rows.size() > 1;
  if (is_repeatable && has_stray_warning(*batch.function, answer)) {
    ++stats_.splits;
    for (const auto& row : batch.rows) row->may_be_done = true;
    return batcher_.split(std::move(batch));
  }
  const std::vector<const Params*> params = params_of(batch.rows);
  std::vector<Result<Json>> answers = deal_out(*batch.function, params, std::move(answer));
  batcher_.release(batch);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    std::unique_ptr<Row> row = std::move(batch.rows[i]);
    if (!answers[i]) note_condition(answers[i].error());
    if (is_collision(answers[i]) && ++row->collisions < kMostCollisions) {
      batcher_.again(alone(batch.function, std::move(row)));
    } else {
      finish(std::move(row), std::move(answers[i]));
    }
  }
}

void BatchingGateway::split_or_refuse(Batch batch, const Verdict& verdict) {
  const bool is_alone = batch.rows.size() == 1;
  if (verdict.may_be_collision) {
    for (const auto& row : batch.rows) ++row->collisions;
    if (is_alone && batch.rows.front()->collisions < kMostCollisions) {
      return batcher_.again(std::move(batch));
    }
  }
  if (is_alone) return refuse(std::move(batch), verdict.error);
  ++stats_.splits;
  batcher_.split(std::move(batch));
}

void BatchingGateway::refuse(Batch batch, const Error& error) {
  batcher_.release(batch);
  for (auto& row : batch.rows) finish(std::move(row), error);
}

void BatchingGateway::finish(std::unique_ptr<Row> row, Result<Json> answer) {
  if (row->call == nullptr) return;
  if (row->may_be_done && !answer && answer.error().kind != ErrorKind::kRejected) {
    Error error = std::move(answer).error();
    error.kind = ErrorKind::kInDoubt;
    answer = std::move(error);
  }
  row->answer.emplace(std::move(answer));
  --outstanding_;
  ++stats_.rows;
  ready_.push_back(std::move(row));
}

Result<std::unique_ptr<Gateway>> open_gateway(GatewaySettings settings, const Clock& clock) {
  if (auto status = check(settings); !status) return std::move(status).error();
  auto transport = open_curl_transport(settings);
  if (!transport) return std::move(transport).error();
  std::unique_ptr<Gateway> gateway =
      std::make_unique<BatchingGateway>(std::move(settings), *std::move(transport), clock);
  return gateway;
}

}  // namespace moodlesync::moodle
