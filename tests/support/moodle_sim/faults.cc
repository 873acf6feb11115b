#include "support/moodle_sim/faults.h"

#include <utility>

namespace moodlesync::sim {

namespace {

Fault of_kind(Fault::Kind kind) {
  Fault fault;
  fault.kind = kind;
  return fault;
}

Fault with_body(std::string text, std::string content_type) {
  Fault fault = of_kind(Fault::Kind::kBody);
  fault.text = std::move(text);
  fault.content_type = std::move(content_type);
  return fault;
}

}  // namespace

Fault Fault::status(int status) {
  Fault fault;
  fault.http_status = status;
  fault.text =
      "<!DOCTYPE html>\n<html><body><h1>" + std::to_string(status) + "</h1></body></html>\n";
  return fault;
}

Fault Fault::forbidden() {
  Fault fault = status(403);
  fault.text.clear();
  return fault;
}

Fault Fault::html() {
  return with_body("<!DOCTYPE html>\n<html><body>Please sign in</body></html>\n",
                   "text/html; charset=utf-8");
}

Fault Fault::garbage() { return with_body("\x01\xff\xfe{]", "application/json"); }
Fault Fault::empty() { return with_body("", "application/json"); }
Fault Fault::truncated() { return of_kind(Kind::kTruncated); }

Fault Fault::exception(std::string code) {
  Fault fault = of_kind(Kind::kException);
  fault.code = std::move(code);
  return fault;
}

Fault Fault::hang() { return of_kind(Kind::kHang); }
Fault Fault::cut() { return of_kind(Kind::kCut); }
Fault Fault::lost_answer() { return of_kind(Kind::kCut).after_work(); }
Fault Fault::unanswered() { return of_kind(Kind::kHang).after_work(); }
Fault Fault::cut_midway() { return of_kind(Kind::kCutMidway); }

Fault Fault::on(std::string name) && {
  function = std::move(name);
  return std::move(*this);
}

Fault Fault::nth(int number) && {
  skip = number - 1;
  return std::move(*this);
}

Fault Fault::times(int count) && {
  remaining = count;
  return std::move(*this);
}

Fault Fault::always() && {
  remaining = -1;
  return std::move(*this);
}

Fault Fault::after_work() && {
  works_first = true;
  return std::move(*this);
}

Fault Fault::retry_after(int seconds) && {
  retry_after_seconds = seconds;
  return std::move(*this);
}

Fault Fault::body(std::string body) && {
  text = std::move(body);
  return std::move(*this);
}

Fault Fault::lasting(std::chrono::milliseconds time) && {
  hang_time = time;
  return std::move(*this);
}

void FaultPlan::add(Fault fault) {
  const std::lock_guard lock(mutex_);
  faults_.push_back(std::move(fault));
}

void FaultPlan::clear() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
}

std::optional<Fault> FaultPlan::take(const std::string& function) {
  const std::lock_guard lock(mutex_);
  std::optional<Fault> due;
  for (Fault& fault : faults_) {
    if (!fault.function.empty() && fault.function != function) continue;
    if (fault.skip > 0) {
      --fault.skip;
    } else if (!due && fault.remaining != 0) {
      due = fault;
      if (fault.remaining > 0) --fault.remaining;
    }
  }
  std::erase_if(faults_, [](const Fault& fault) { return fault.remaining == 0; });
  if (due) ++struck_;
  return due;
}

int FaultPlan::struck() const {
  const std::lock_guard lock(mutex_);
  return struck_;
}

bool Gate::wait_for(int count, std::chrono::milliseconds deadline) const {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, deadline, [&] { return state_->held >= count; });
}

int Gate::held() const {
  const std::lock_guard lock(state_->mutex);
  return state_->held;
}

void Gate::release() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->open = true;
  }
  state_->changed.notify_all();
}

Gate GateKeeper::make(std::string function, Gate::Place place) {
  auto state = std::make_shared<Gate::State>();
  state->function = std::move(function);
  state->place = place;
  const std::lock_guard lock(mutex_);
  state->open = closing_;
  gates_.push_back(state);
  return Gate(state);
}

void GateKeeper::pass(const std::string& function, Gate::Place place) {
  std::vector<std::shared_ptr<Gate::State>> gates;
  {
    const std::lock_guard lock(mutex_);
    if (gates_.empty()) return;
    gates = gates_;
  }
  for (const auto& gate : gates) {
    if (gate->place != place || (!gate->function.empty() && gate->function != function)) continue;
    std::unique_lock lock(gate->mutex);
    if (gate->open) continue;
    ++gate->held;
    gate->changed.notify_all();
    gate->changed.wait(lock, [&] { return gate->open; });
    --gate->held;
  }
}

void GateKeeper::open_all() {
  const std::lock_guard lock(mutex_);
  closing_ = true;
  for (const auto& gate : gates_) Gate(gate).release();
}

}  // namespace moodlesync::sim
