#pragma once

#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/loop.h"
#include "late_clerk.h"
#include "support/ports/fake_gateway.h"
#include "support/ports/fake_ports.h"
#include "support/ports/fake_state_folder.h"
#include "support/ports/in_memory_ledger.h"
#include "support/ports/in_memory_queue.h"
#include "support/ports/scripted_component.h"

namespace moodlesync::engine {

/// A loop on fakes, with a component of courses that wait for their categories. Time passes only
/// when a pump ends. All of it holds whether the clerk works in turn or beside the loop.
class LoopTest : public testing::TestWithParam<Clerks> {
 protected:
  LoopTest() {
    components_.push_back(
        std::make_unique<fakes::ScriptedComponent>("category", "taxonomy_term", "sections"));
    auto course = std::make_unique<fakes::ScriptedComponent>("course", "node", "course");
    course->wait_for("field_category", "category");
    components_.push_back(std::move(course));
    for (const auto& component : components_) {
      for (const SourceSpec& source : component->sources()) sources_.push_back(source);
    }
    queue_ = std::make_unique<fakes::InMemoryQueue>(sources_);
    gateway_.after_pump = [this] { pass(std::chrono::milliseconds{10}); };
  }

  void pass(std::chrono::milliseconds time) {
    clock_.advance(time);
    queue_->advance(time);
  }
  void term(std::int64_t id, std::string title) {
    save({"taxonomy_term", id}, "sections", std::move(title), {});
  }
  void course(std::int64_t id, std::string title, std::int64_t category = 0) {
    save({"node", id}, "course", std::move(title), category);
  }
  void save(const EntityRef& ref, std::string bundle, std::string title, std::int64_t category) {
    Entity entity;
    entity.ref = ref;
    entity.exists = true;
    entity.bundle = bundle;
    entity.fields["title"] = {{ValueType::kText, std::move(title)}};
    if (category > 0) {
      const Reference to{{"taxonomy_term", category}, true, "sections", ""};
      entity.fields["field_category"] = {{ValueType::kReference, "", "", to}};
    }
    reader_.set(entity);
    queue_->capture(ref, std::move(bundle));
  }
  RunEnd run(RunMode mode = RunMode::kUntilIdle) { return run(gateway_, mode); }
  /// An instance with a gateway of its own; `gateway_` is the first one's.
  RunEnd run(fakes::FakeGateway& gateway, RunMode mode) {
    Guard guard(site_, folder_, "https://drupal.example");
    fakes::InMemoryLedger ledger(*queue_, sources_);
    LoopPorts ports{*queue_,  reader_, write_back_, listener_,   gateway,
                    control_, clock_,  guard,       components_, ledger};
    ports.observer = observer_;
    Guard clerks_guard(*clerks_site_, folder_, "https://drupal.example");
    LateClerk clerk(*queue_, clerks_guard);
    LateClerk* const outer = std::exchange(clerk_, &clerk);
    if (GetParam() == Clerks::kBeside) ports.clerk = &clerk;
    Loop loop(ports, settings_, log_);
    RunEnd end = loop.run(mode);
    clerk_ = outer;
    return end;
  }
  Result<Json> answer(const Call& call) {
    told_.emplace_back(call.row.get("title"));
    if (!answers_.empty()) {
      Result<Json> first = answers_.front();
      answers_.erase(answers_.begin());
      return first;
    }
    return Json(next_id_++);
  }

  std::vector<std::unique_ptr<Component>> components_;
  std::vector<SourceSpec> sources_;
  std::unique_ptr<fakes::InMemoryQueue> queue_;
  fakes::FakeClock clock_;
  fakes::FakeReader reader_;
  fakes::FakeWriteBack write_back_;
  fakes::FakeListener listener_;
  fakes::FakeControl control_;
  fakes::FakeSite site_;
  fakes::FakeSite* clerks_site_ = &site_;  ///< As the clerk's session sees it.
  LateClerk* clerk_ = nullptr;             ///< Of the run that goes on.
  fakes::FakeStateFolder folder_;
  std::vector<std::string> told_;
  std::vector<Result<Json>> answers_;
  std::int64_t next_id_ = 100;
  fakes::FakeGateway gateway_{[this](const Call& call) { return answer(call); }};
  Observer* observer_ = nullptr;
  EngineSettings settings_;
  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
};

}  // namespace moodlesync::engine
