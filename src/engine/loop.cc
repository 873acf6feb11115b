// Longer than most files: each step of a turn is a function here, and all of them share its state.
#include "engine/loop.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace moodlesync::engine {

namespace {

constexpr int kDrainLimit = 10'000;
constexpr int kSweepLimit = 1'000;
/// A database that is put back under the running daemon is noticed if the backup is older than
/// this.
constexpr std::chrono::minutes kEpochLasts{10};

/// A call that was answered while we were busy with the database is followed by the next one now,
/// and not after all else that a turn holds.
void keep_busy(Gateway& gateway) {
  if (gateway.outstanding() > 0) gateway.pump(std::chrono::milliseconds{0}, {});
}

}  // namespace

Loop::Loop(LoopPorts ports, EngineSettings settings, spdlog::logger& log)
    : ports_(ports),
      settings_(std::move(settings)),
      log_(log),
      clerk_in_turn_(ports.queue),
      clerk_(ports.clerk != nullptr ? *ports.clerk : clerk_in_turn_),
      directory_(ports.components),
      newcomers_(ports.clock),
      intake_(directory_, {ports.queue, ports.reader, ports.gateway, &newcomers_}),
      brake_({ports.removals, ports.gateway, ports.clock}, settings_.brake, log),
      crew_(ports.clock, brake_),
      settler_(directory_, {ports.queue, clerk_, ports.clock}, settings_, log),
      unstored_(crew_, settler_),
      claims_({clerk_, ports.queue, ports.clock}, settings_),
      leases_({ports.queue, crew_, settler_, ports.clock}, settings_.lease, log),
      moodle_(ports.gateway, ports.clock, log),
      write_back_(ports.write_back, ports.outside, ports.clock, settings_.component_rest, log),
      capture_(ports.capture, ports.clock, log),
      database_(ports.clock, log),
      refusals_(ports.clock, settings_.component_rest),
      stopped_(directory_.component_names(), ports.clock, settings_.component_rest, log),
      roll_call_({ports.presence, ports.pauses, ports.clock}, ports.version, log) {}

RunEnd Loop::run(RunMode mode) {
  mode_ = mode;
  next_poll_ = ports_.clock.now();
  refusals_.forget();
  leases_.begin();
  next_epoch_ = ports_.clock.now() + kEpochLasts;
  RunEnd end = go_round();
  leave_word(true);
  return end;
}

RunEnd Loop::go_round() {
  for (;;) {
    obey(ports_.control.take());
    heartbeat();  // Before anything is said: we may have been frozen for longer than the leases.
    leave_word(false);
    if (leaving_) {
      if (auto end = wind_down()) return *end;
    } else {
      moodle_.tend();
      keep_busy(ports_.gateway);
      if (auto end = take_in()) {
        release_all();
        return *end;
      }
    }
    converse();
    conclude();
    keep_busy(ports_.gateway);
    write_back();
    keep_busy(ports_.gateway);
    report();
    if (mode_ == RunMode::kUntilIdle && !leaving_) {
      if (auto end = early_end()) {
        release_all();
        return *end;
      }
    }
  }
}

void Loop::obey(Command command) {
  if (command == Command::kNone) return;
  if (!leaving_) {
    leave_by_ = ports_.clock.now() + settings_.shutdown_grace;
    log_.info("{}: nothing more is claimed, in_flight={}",
              command == Command::kReload ? "reloading" : "stopping", crew_.size());
  }
  if (!leaving_ || command == Command::kStop) leaving_ = command;
}

std::optional<RunEnd> Loop::wind_down() {
  // Other instances need not wait for our last conversations.
  if (database_.may_be_asked()) release_claimed();
  const bool in_time = ports_.clock.now() < leave_by_;
  if (in_time && (crew_.size() > 0 || !settler_.empty())) return std::nullopt;
  release_all();
  return RunEnd{leaving_ == Command::kReload ? RunEnd::Kind::kReload : RunEnd::Kind::kStopped, {}};
}

void Loop::release_all() {
  moodle_.cancel();
  do {
    clerk_.wait();
    conclude();
  } while (crew_.has_finished());
  clerk_.wait();
  note_settled();
  release_claimed();
  const std::vector<Task> tasks = crew_.cancel();
  if (tasks.empty()) return;
  log_.info("releasing what is not finished: tasks={}", tasks.size());
  release(tasks, true);
}

/// What the clerk has claimed and nobody has begun with.
void Loop::release_claimed() {
  const auto claimed = clerk_.take_claimed();
  if (claimed && claimed->tasks) release(*claimed->tasks, false);
}

/// `in_doubt`: see Queue::release().
void Loop::release(std::span<const Task> tasks, bool in_doubt) {
  const Status released = ports_.queue.release(tasks, in_doubt);
  if (released) return;
  log_.warn(
      "MS-402 tasks could not be released, they come back when their leases end: reason=\"{}\"",
      released.error().message);
}

std::optional<RunEnd> Loop::take_in() {
  const auto now = ports_.clock.now();
  listen();
  if (now >= next_poll_) {
    next_poll_ = now + settings_.poll_interval;
    drain_wanted_ = true;
    claims_.want();
    write_back_.want();
    if (settings_.sweep_interval.count() > 0 && now >= next_sweep_) sweeping_ = true;
  }
  if (refusals_.is_resting()) return std::nullopt;
  if (!database_.may_be_asked()) return std::nullopt;
  if (!drain_wanted_ && !claims_.may_begin() && !clerk_.has_claimed() && !sweeping_)
    return std::nullopt;

  if (Status guarded = ports_.guard.check(); !guarded) return refused_by_guard(guarded.error());
  advance_epoch();
  Status status = drain();
  if (status) status = look_after_capture();
  // The sweep looks for what no change told of, and whose ids others need is claimed first: both
  // take all changes to be known.
  if (status && !drain_wanted_) status = sweep();
  if (status) status = claim();
  if (const auto objection = claims_.take_objection()) return refused_by_guard(*objection);
  // Ours may be the only session that there is.
  if (!status || !clerk_.is_claiming()) note_intake(status);
  return std::nullopt;
}

std::optional<RunEnd> Loop::refused_by_guard(const Error& error) {
  if (error.kind != ErrorKind::kConfig) {
    note_intake(error);
    return std::nullopt;
  }
  return RunEnd{error.code == "guard" ? RunEnd::Kind::kGuard : RunEnd::Kind::kConfig,
                error.message};
}

void Loop::note_intake(const Status& status) {
  database_.note(status);
  refusals_.note_intake(status);
}

void Loop::listen() {
  if (ports_.listener.consume()) {
    drain_wanted_ = true;
    claims_.want();
    misses_notifications_ = false;
    roll_call_.look_soon();
  }
  if (const auto trouble = ports_.listener.take_trouble()) {
    misses_notifications_ = true;
    log_.warn("MS-208 changes are found by polling only: {}", *trouble);
  }
}

void Loop::advance_epoch() {
  const auto now = ports_.clock.now();
  if (mode_ != RunMode::kForever || now < next_epoch_) return;
  next_epoch_ = now + kEpochLasts;
  const Status advanced = ports_.guard.advance();
  if (advanced) return;
  log_.warn(
      "MS-209 the guard's epoch could not be advanced; the old one holds: code={} reason=\"{}\"",
      advanced.error().code, advanced.error().message);
}

/// One group a turn: a million changes take a slow server longer than a lease lasts, or than
/// whoever stops us waits.
Status Loop::drain() {
  if (!drain_wanted_) return ok();
  last_look_due_ = false;
  const Result<DrainReport> drained = ports_.queue.drain(kDrainLimit);
  if (!drained) return drained.error();
  turn_.drained += drained->taken;
  drain_wanted_ = drained->taken == kDrainLimit;
  if (drained->taken > 0) claims_.want();
  if (!drained->config_changed) return ok();
  refresh_schema();
  capture_.look_soon();
  return ok();
}

Status Loop::look_after_capture() {
  const Result<bool> missed = capture_.tend();
  if (!missed) return missed.error();
  sweeping_ |= *missed;
  return ok();
}

Status Loop::sweep() {
  if (!sweeping_) return ok();
  const Result<SweepReport> swept = ports_.queue.sweep(kSweepLimit);
  if (!swept && refusals_.note(swept.error())) {
    // What changes tell of does not depend on it.
    database_.note(swept.error());
    sweeping_ = false;
    next_sweep_ = ports_.clock.now() + settings_.component_rest;
    return ok();
  }
  if (!swept) return swept.error();
  turn_.swept += swept->queued;
  if (swept->queued > 0) claims_.want();
  if (!swept->finished) return ok();
  sweeping_ = false;
  next_sweep_ = ports_.clock.now() + settings_.sweep_interval;
  return ok();
}

/// How many tasks may be claimed now; none while a group waits behind the one that is being stored.
int Loop::room(std::size_t about_to_start) const {
  if (std::cmp_greater_equal(settler_.waiting(), settings_.claim_limit)) return 0;
  return claims_.room(crew_.size() + settler_.size() + about_to_start);
}

/// What has been claimed is started; a clerk who works beside us claims what comes next meanwhile.
/// While there is nothing else to do he is waited for.
Status Loop::claim() {
  if (Status started = start_claimed(); !started) return started;
  begin_claim(0);
  if (crew_.size() == 0 && settler_.empty()) clerk_.wait();
  return start_claimed();
}

/// Whose ids others need is claimed first: that takes all changes to be known.
void Loop::begin_claim(std::size_t about_to_start) {
  const int limit = room(about_to_start);
  if (!claims_.may_begin() || drain_wanted_ || !moodle_.ready() || limit == 0) return;
  std::vector<std::string> components = stopped_.willing();
  if (!components.empty()) claims_.begin(limit, std::move(components));
}

Status Loop::start_claimed() {
  Result<std::optional<Claims::Taken>> taken = claims_.take();
  if (!taken) return std::move(taken).error();
  std::optional<Claims::Taken>& claimed = *taken;
  if (!claimed) return ok();
  turn_.lost_leases += claimed->lost;
  if (!moodle_.ready()) return claims_.give_back(claimed->tasks);  // It has gone meanwhile.
  turn_.claimed += claimed->tasks.size();
  if (clerk_.works_beside()) begin_claim(claimed->tasks.size());
  leases_.note_claim(claimed->leased);
  begin_with(claimed->tasks);
  return ok();
}

void Loop::begin_with(std::span<Task> tasks) {
  const bool moodle_is_idle = ports_.gateway.outstanding() == 0;
  for (auto time = moodle_is_idle ? Portions::kFirst : Portions::kMost; !tasks.empty();
       time = std::min(2 * time, Portions::kMost)) {
    const std::size_t portion = portions_.within(time, tasks);
    load_and_start(tasks.first(portion));
    tasks = tasks.subspan(portion);
    if (tasks.empty()) return;
    store_ahead();
    keep_busy(ports_.gateway);
  }
}

void Loop::load_and_start(std::span<Task> tasks) {
  const std::string component = Portions::component_of(tasks);
  const auto began = ports_.clock.now();
  Intake::Load load = intake_.prepare(
      {std::move_iterator(tasks.begin()), std::move_iterator(tasks.end())}, unstored_);
  for (; !load.ready.empty(); load.ready.pop_front()) crew_.start(std::move(load.ready.front()));
  for (Conclusion& conclusion : load.failed) {
    Crew::Finished finished{std::move(conclusion), Millis{0}};
    hand_over(finished);
  }
  const auto took = std::chrono::duration_cast<Portions::Micros>(ports_.clock.now() - began);
  portions_.note(component, tasks.size(), took);
}

/// Drupal's fields changed: what no longer fits stops its component and nothing else.
void Loop::refresh_schema() {
  const std::vector<SourceSpec> sources = directory_.sources();
  const Result<std::vector<SettingsFault>> faults = ports_.reader.prepare(sources);
  if (!faults) return database_.note(faults.error());
  stopped_.note_faults(*faults);
}

/// Whether the next turn asks the database for more.
bool Loop::takes_in() const { return !leaving_ && !refusals_.is_resting() && database_.ready(); }

/// Whether more of what is to be taken away may come up soon: from changes that are not known yet,
/// from tasks that are due, or from conversations that still ask Moodle. When patience ends, what
/// is being claimed just then still counts: it may be what the last changes told of.
bool Loop::gathers_removals() {
  if (drain_wanted_ && takes_in()) {
    last_claim_to_weigh_.reset();
    return true;
  }
  const bool claims =
      !leaving_ && (clerk_.is_claiming() || (claims_.may_begin() && moodle_.ready() && room() > 0));
  const bool may_come = claims || ports_.gateway.outstanding() > 0;
  if (may_come && ports_.clock.now() < brake_.patience_ends()) return true;
  if (!last_claim_to_weigh_) last_claim_to_weigh_ = claims_.begun();
  return !leaving_ && clerk_.is_claiming() && claims_.begun() == *last_claim_to_weigh_;
}

/// What is to be taken away in Moodle waits at the brake; all of it is weighed at once, because a
/// part of it may look harmless.
void Loop::permit_removals() {
  if (!database_.may_be_asked()) return;
  if (brake_.wants_look()) database_.note(brake_.look());
  if (brake_.has_waiting() && gathers_removals()) return;
  last_claim_to_weigh_.reset();
  while (brake_.has_waiting()) {
    const Status weighed = brake_.weigh();
    database_.note(weighed);
    for (const std::coroutine_handle<> ready : brake_.take_ready()) ready.resume();
    if (!weighed) return;
  }
}

void Loop::store_ahead() {
  if (!database_.may_be_asked()) return;
  if (Status stored = crew_.store_ahead(ports_.queue); !stored) database_.note(stored);
}

void Loop::converse() {
  store_ahead();
  permit_removals();
  const std::array<int, 4> wake{ports_.control.fd(), ports_.listener.fd(), write_back_.fd(),
                                clerk_.fd()};
  ports_.gateway.pump(nap(), wake);
  clerk_.hear();
  if (const auto outage = ports_.gateway.outage()) moodle_.note_outage(*outage);
  for (const std::coroutine_handle<> ready : ports_.gateway.take_ready()) ready.resume();
}

void Loop::conclude() {
  note_settled();
  std::vector<Crew::Finished> ended =
      crew_.take_finished(static_cast<std::size_t>(settings_.claim_limit));
  for (const Crew::Finished& finished : ended) note_outcome(finished);
  for (Crew::Finished& finished : ended) {
    finished.conclusion.during_outage = !moodle_.ready();
    hand_over(finished);
  }
  if (!database_.may_be_asked()) return;
  settler_.begin();
  note_settled();
}

/// What came of the group that the clerk has last been given, if that is known.
void Loop::note_settled() {
  const std::optional<Result<Settler::Report>> taken = settler_.take();
  if (!taken) return;
  const Result<Settler::Report>& report = *taken;
  if (!report) {
    database_.note(report.error());
    return;
  }
  database_.note(ok());
  turn_.settled += report->settled.settled;
  turn_.lost_leases += report->settled.lost;
  if (report->settled.woken > 0 || report->settled.changed > 0) claims_.want();
  drain_wanted_ |= report->settled.noted > 0;
  last_look_due_ = true;
  if (report->owes_write_back) write_back_.want();
  if (report->settled.lost > 0) {
    log_.warn(
        "MS-403 leases were lost before the outcome was stored; those tasks are looked at again: "
        "tasks={}",
        report->settled.lost);
  }
}

void Loop::hand_over(Crew::Finished& finished) {
  const auto& id = finished.conclusion.link.moodle_id;
  if (finished.made && id) newcomers_.note(finished.conclusion.task.key.component, *id);
  const Settlement& settlement = settler_.add(finished);
  if (ports_.observer == nullptr) return;
  const Conclusion& conclusion = finished.conclusion;
  const Task& task = conclusion.task;
  ports_.observer->ended({task.key, conclusion.outcome, settlement, finished.took, task.overdue,
                          task.queued + finished.took});
}

Phase Loop::phase() const {
  if (!leaving_) return Phase::kWorking;
  return *leaving_ == Command::kReload ? Phase::kReloading : Phase::kStopping;
}

/// The end of a turn, for whoever looks on.
void Loop::report() {
  Turn turn = std::exchange(turn_, {});
  if (ports_.observer == nullptr) return;
  turn.phase = phase();
  turn.written_back = write_back_.take_written();
  turn.conversations = crew_.size();
  turn.unsettled = settler_.size();
  turn.outstanding = ports_.gateway.outstanding();
  turn.retry_budget = settler_.retry_budget();
  turn.gateway = ports_.gateway.stats();
  turn.moodle_ready = moodle_.ready();
  if (const auto& problem = moodle_.problem()) turn.moodle = &*problem;
  if (const auto& problem = database_.problem()) turn.database = &*problem;
  turn.is_listening = ports_.listener.fd() >= 0 && !misses_notifications_;
  turn.capture_gaps = capture_.gaps();
  turn.held_back = &brake_.holding();
  turn.stopped = stopped_.reasons();
  ports_.observer->turned(turn);
}

void Loop::note_outcome(const Crew::Finished& finished) {
  const Outcome& outcome = finished.conclusion.outcome;
  roll_call_.note_outcome(outcome);
  // Settling a waiter may queue what it waits for.
  if (std::holds_alternative<Waiting>(outcome)) claims_.want();
  const auto* error = std::get_if<Error>(&outcome);
  if (error == nullptr) return;
  if (error->kind == ErrorKind::kUnavailable) moodle_.note_outage(*error);
  if (error->kind != ErrorKind::kConfig) return;
  stopped_.note_error(finished.conclusion.task.key.component, *error);
}

void Loop::write_back() {
  write_back_.tend();
  if (!database_.ready()) return;
  if (const Status worked = write_back_.run(); !worked) database_.note(worked);
}

void Loop::heartbeat() {
  const Result<std::size_t> lost = leases_.renew();
  if (!lost) {
    database_.note(lost.error());
    return leases_.give_up_expired();
  }
  turn_.lost_leases += *lost;
}

/// What `status` shows of this daemon, on any machine.
void Loop::leave_word(bool ended) {
  if (!database_.ready() || (!ended && !roll_call_.is_due(moodle_))) return;
  RollCall::State state{moodle_, ports_.gateway.stats(), crew_.size()};
  state.ended = ended;
  state.tells = mode_ == RunMode::kForever;
  for (const auto& [component, reason] : stopped_.reasons())
    state.stopped.push_back({component, reason});
  database_.note(roll_call_.tend(state));
}

std::optional<RunEnd> Loop::early_end() {
  if (const auto& problem = moodle_.problem()) {
    const bool is_config = problem->kind == ErrorKind::kConfig;
    return RunEnd{is_config ? RunEnd::Kind::kConfig : RunEnd::Kind::kUnavailable, problem->message};
  }
  if (const auto& problem = database_.problem()) {
    return RunEnd{RunEnd::Kind::kUnavailable, problem->message};
  }
  if (!refusals_.is_resting()) {
    if (!is_idle()) return std::nullopt;
    // What was saved during the last conversations is still to be taken in.
    drain_wanted_ = std::exchange(last_look_due_, false);
    if (drain_wanted_) return std::nullopt;
  }
  if (const auto& refusal = refusals_.last()) {
    return RunEnd{RunEnd::Kind::kConfig, refusal->message};
  }
  // What this run settled may have been all that was held.
  if (brake_.is_holding()) database_.note(brake_.look());
  return RunEnd{RunEnd::Kind::kIdle, {}, brake_.is_holding()};
}

bool Loop::is_idle() const {
  return moodle_.ready() && !drain_wanted_ && claims_.is_idle() && !sweeping_ &&
         write_back_.is_idle() && crew_.size() == 0 && settler_.empty();
}

/// How long the loop may sleep when no descriptor wakes it.
Loop::Millis Loop::nap() const {
  const auto now = ports_.clock.now();
  const bool clerk_is_busy = clerk_.is_claiming() || clerk_.is_settling();
  if (crew_.has_finished() || (leaving_ && crew_.size() == 0 && !clerk_is_busy)) return Millis{0};
  if (drain_wanted_ && takes_in()) return Millis{0};
  auto until = std::min(next_poll_, leases_.next());
  if (leaving_) until = std::min(leave_by_, now + Millis{100});
  if (const auto probe = moodle_.next_probe()) until = std::min(until, *probe);
  if (refusals_.is_resting()) until = std::min(until, refusals_.rests_until());
  const auto turn = write_back_.next();
  if (turn && database_.ready()) until = std::min(until, *turn);
  const bool busy_again = takes_in() && moodle_.ready() && (claims_.may_begin() || sweeping_) &&
                          (crew_.size() == 0 || (brake_.has_waiting() && room() > 0));
  if (brake_.has_waiting())
    until = std::min(until, std::max(brake_.patience_ends(), now + Millis{100}));
  if (busy_again || mode_ == RunMode::kUntilIdle) {
    const bool is_at_rest = crew_.size() == 0 && write_back_.is_idle() &&
                            ports_.gateway.outstanding() == 0 && !clerk_is_busy;
    until = std::min(until, now + Millis{is_at_rest ? 0 : 100});
  }
  return std::clamp(std::chrono::ceil<Millis>(until - now), Millis{0}, settings_.poll_interval);
}

}  // namespace moodlesync::engine
