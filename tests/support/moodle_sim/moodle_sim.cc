#include "support/moodle_sim/moodle_sim.h"

#include <optional>
#include <set>
#include <utility>

#include "support/moodle_sim/call_log.h"
#include "support/moodle_sim/http_server.h"
#include "support/moodle_sim/stop_signal.h"
#include "support/moodle_sim/user_locks.h"

namespace moodlesync::sim {

namespace {

/// Whose roles the request gives or takes.
std::set<Id> users_of(const ParsedRequest& request) {
  const bool unassigns = request.function == "core_role_unassign_roles";
  if (!unassigns && !request.function.starts_with("enrol_manual_")) return {};
  std::set<Id> users;
  for (const PhpValue& row : request.params.list(unassigns ? "unassignments" : "enrolments"))
    users.insert(row.number("userid"));
  return users;
}

}  // namespace

class MoodleSim::Impl {
 public:
  explicit Impl(Options options)
      : log_(options.kept_calls),
        latency_(std::move(options.latency)),
        settings_(std::make_shared<const Settings>(std::move(options.settings))),
        // Last: from here on requests may come, so everything else must be there.
        server_(std::make_unique<HttpServer>(
            options.port, options.threads,
            [this](HttpRequest request) { return serve(std::move(request)); })) {}

  ~Impl() {
    stop_.raise();
    gates_.open_all();
    server_.reset();
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] int port() const { return server_->port(); }

  std::shared_ptr<const Settings> settings() const {
    const std::lock_guard lock(settings_mutex_);
    return settings_;
  }

  void change(const std::function<void(Settings&)>& change) {
    const std::lock_guard lock(settings_mutex_);
    auto changed = std::make_shared<Settings>(*settings_);
    change(*changed);
    settings_ = std::move(changed);
  }

  void set_latency(Latency latency) {
    const std::lock_guard lock(settings_mutex_);
    latency_ = std::move(latency);
  }

  Site site_;
  std::mutex site_mutex_;
  CallLog log_;
  FaultPlan faults_;
  GateKeeper gates_;

 private:
  Delivered serve(HttpRequest request);
  Delivered spoil(const Fault& fault, HttpAnswer answer, const Settings& settings);
  void spend_time_on(const ParsedRequest& request);

  StopSignal stop_;
  UserLocks user_locks_;
  mutable std::mutex settings_mutex_;
  Latency latency_;
  std::shared_ptr<const Settings> settings_;
  std::unique_ptr<HttpServer> server_;
};

void MoodleSim::Impl::spend_time_on(const ParsedRequest& request) {
  std::chrono::microseconds time{0};
  std::size_t cores = 0;
  {
    const std::lock_guard lock(settings_mutex_);
    cores = latency_.cores;
    time = latency_.per_request;
    const bool reads = request.function.find("_get_") != std::string::npos;
    if (!reads) time += latency_.per_row * static_cast<std::int64_t>(request.rows);
    const auto extra = latency_.per_call_of.find(request.function);
    if (extra != latency_.per_call_of.end()) time += extra->second;
  }
  stop_.work_for(time, cores);
}

Delivered MoodleSim::Impl::serve(HttpRequest request) {
  const std::shared_ptr<const Settings> settings = this->settings();
  ParsedRequest parsed = parse_request(request, *settings);
  const std::string function = parsed.function;
  const std::size_t number =
      log_.add({function, parsed.rows, std::move(request.query), std::move(request.body)});
  gates_.pass(function, Gate::Place::kBeforeWork);

  std::optional<Fault> fault;
  HttpAnswer answer;
  bool is_done = false;
  {
    const UserLocks::Held held = user_locks_.hold(users_of(parsed));
    spend_time_on(parsed);
    fault = faults_.take(function);
    is_done = !fault || fault->works_first || fault->kind == Fault::Kind::kTruncated ||
              fault->kind == Fault::Kind::kCutMidway;
    // The settings may have changed while the request was held.
    if (is_done) answer = execute(std::move(parsed), *this->settings(), site_, site_mutex_);
  }
  if (is_done) {
    log_.mark_done(number);
    gates_.pass(function, Gate::Place::kAfterWork);
  }
  if (fault) return spoil(*fault, std::move(answer), *settings);
  return {std::move(answer)};
}

Delivered MoodleSim::Impl::spoil(const Fault& fault, HttpAnswer answer, const Settings& settings) {
  switch (fault.kind) {
    case Fault::Kind::kStatus:
      answer = {fault.http_status, fault.content_type, fault.text};
      break;
    case Fault::Kind::kBody:
      answer = {200, fault.content_type, fault.text};
      break;
    case Fault::Kind::kTruncated:
      answer.body.resize(answer.body.size() * 2 / 3);
      break;
    case Fault::Kind::kException:
      answer = answer_of(untranslated_exception("error", fault.code), settings, true);
      break;
    case Fault::Kind::kHang:
      stop_.sleep_for(fault.hang_time);
      return {{}, Delivery::kNone};
    case Fault::Kind::kCut:
      return {{}, Delivery::kNone};
    case Fault::Kind::kCutMidway:
      return {std::move(answer), Delivery::kHalf};
  }
  if (fault.retry_after_seconds) {
    answer.headers.emplace_back("Retry-After", std::to_string(*fault.retry_after_seconds));
  }
  return {std::move(answer)};
}

MoodleSim::MoodleSim(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {
  const std::string own = url();
  impl_->change([&](Settings& settings) {
    if (settings.site_url.empty()) settings.site_url = own;
  });
}

MoodleSim::~MoodleSim() = default;

std::string MoodleSim::url() const { return "http://127.0.0.1:" + std::to_string(impl_->port()); }
std::string MoodleSim::token() const { return impl_->settings()->token; }
MoodleSim::State MoodleSim::state() { return {impl_->site_, impl_->site_mutex_}; }

void MoodleSim::change_settings(const std::function<void(Settings&)>& change) {
  impl_->change(change);
}

Settings MoodleSim::settings() const { return *impl_->settings(); }

void MoodleSim::set_latency(std::chrono::microseconds per_request,
                            std::chrono::microseconds per_row) {
  impl_->set_latency({per_request, per_row, {}, 0});
}

void MoodleSim::set_latency(Latency latency) { impl_->set_latency(std::move(latency)); }
void MoodleSim::inject(Fault fault) { impl_->faults_.add(std::move(fault)); }
void MoodleSim::clear_faults() { impl_->faults_.clear(); }
int MoodleSim::faults_struck() const { return impl_->faults_.struck(); }

Gate MoodleSim::hold(std::string function, Gate::Place place) {
  return impl_->gates_.make(std::move(function), place);
}

std::vector<Call> MoodleSim::calls() const { return impl_->log_.calls(""); }

std::vector<Call> MoodleSim::calls(const std::string& function) const {
  return impl_->log_.calls(function);
}

int MoodleSim::count(const std::string& function) const { return impl_->log_.count(function); }

std::size_t MoodleSim::rows(const std::string& function) const {
  return impl_->log_.rows(function);
}

void MoodleSim::clear_calls() { impl_->log_.clear(); }

void MoodleSim::on_call(std::function<void(const Call&)> observer) {
  impl_->log_.observe(std::move(observer));
}

Id MoodleSim::create_category(Category category) {
  return state()->add_category(std::move(category));
}

Id MoodleSim::create_course(Course course) {
  if (course.category == 0) course.category = 1;
  return state()->add_course(std::move(course));
}

Id MoodleSim::create_user(User user) { return state()->users.insert(std::move(user)); }
Id MoodleSim::create_cohort(Cohort cohort) { return state()->cohorts.insert(std::move(cohort)); }

Id MoodleSim::enrol(Id course, Id user, Id role) {
  const State site = state();
  site->role_assignments.insert({0, course, user, role});
  return site->enrolments.insert({0, course, user});
}

void MoodleSim::add_member(Id cohort, Id user) {
  state()->cohort_members.insert({0, cohort, user});
}

}  // namespace moodlesync::sim
