#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "moodlesync/clock.h"
#include "moodlesync/control.h"
#include "moodlesync/drupal.h"
#include "moodlesync/outside_caches.h"

namespace moodlesync::fakes {

class FakeClock : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return now_; }
  void advance(std::chrono::milliseconds by) { now_ += by; }

 private:
  TimePoint now_{std::chrono::hours{1}};
};

class FakeControl : public Control {
 public:
  void ask(Command command) { commands_.push_back(command); }
  [[nodiscard]] int fd() const override { return -1; }
  [[nodiscard]] Command take() override {
    if (commands_.empty()) return Command::kNone;
    const Command command = commands_.front();
    commands_.pop_front();
    return command;
  }

 private:
  std::deque<Command> commands_;
};

class FakeListener : public ChangeListener {
 public:
  [[nodiscard]] int fd() const override { return -1; }
  [[nodiscard]] bool consume() override { return std::exchange(notified_, false); }
  void notify() { notified_ = true; }

 private:
  bool notified_ = false;
};

/// Entities as a test set them; those it did not set are gone.
class FakeReader : public DrupalReader {
 public:
  void set(Entity entity) { entities_[entity.ref] = std::move(entity); }
  void remove(const EntityRef& ref) { entities_.erase(ref); }
  void fail_load(Error error) { error_ = std::move(error); }
  void set_faults(std::vector<SettingsFault> faults) { faults_ = std::move(faults); }
  [[nodiscard]] int loads() const { return loads_; }
  /// Called with how many are to be loaded: where a test lets that take time.
  std::function<void(std::size_t)> on_load = [](std::size_t) {};

  Result<std::vector<SettingsFault>> prepare(std::span<const SourceSpec> /*sources*/) override {
    return faults_;
  }
  Result<std::vector<Entity>> load(const SourceSpec& /*source*/,
                                   std::span<const EntityRef> ids) override {
    ++loads_;
    on_load(ids.size());
    if (error_) return *std::exchange(error_, std::nullopt);
    std::vector<Entity> loaded;
    for (const EntityRef& ref : ids) {
      const auto found = entities_.find(ref);
      Entity gone;
      gone.ref = ref;
      loaded.push_back(found == entities_.end() ? gone : found->second);
    }
    return loaded;
  }

 private:
  std::map<EntityRef, Entity> entities_;
  std::vector<SettingsFault> faults_;
  std::optional<Error> error_;
  int loads_ = 0;
};

class FakeWriteBack : public WriteBack {
 public:
  [[nodiscard]] int runs() const { return runs_; }
  Result<WriteBackReport> run(int /*limit*/) override {
    ++runs_;
    if (reports_.empty()) return WriteBackReport{};
    WriteBackReport report = std::move(reports_.front());
    reports_.pop_front();
    return report;
  }
  Result<std::optional<std::chrono::milliseconds>> next_due() override {
    return std::optional<std::chrono::milliseconds>{};
  }
  Status told(std::span<const EntityRef> entities) override {
    told_.insert(told_.end(), entities.begin(), entities.end());
    return ok();
  }
  /// What the next run reports.
  void report(WriteBackReport report) { reports_.push_back(std::move(report)); }
  [[nodiscard]] const std::vector<EntityRef>& told() const { return told_; }

 private:
  int runs_ = 0;
  std::deque<WriteBackReport> reports_;
  std::vector<EntityRef> told_;
};

/// A capture that hears of everything, until a test says otherwise.
class FakeCapture : public CaptureWatch {
 public:
  void answer(Report report) { report_ = std::move(report); }
  [[nodiscard]] int looks() const { return looks_; }
  Result<Report> look() override {
    ++looks_;
    return report_;
  }

 private:
  Report report_;
  int looks_ = 0;
};

/// Caches outside the database; calls end when a test says so.
class FakeOutside : public OutsideCaches {
 public:
  void tell(const std::vector<EntityRef>& entities) override {
    running_.insert(running_.end(), entities.begin(), entities.end());
  }
  [[nodiscard]] std::vector<Told> tend() override {
    if (running_.empty() || !outcome_) return {};
    return {{std::exchange(running_, {}), *outcome_}};
  }
  [[nodiscard]] int fd() const override { return -1; }
  [[nodiscard]] bool is_idle() const override { return running_.empty(); }
  /// How calls end from now on; before that they run for ever.
  void end_with(Status outcome) { outcome_ = std::move(outcome); }
  [[nodiscard]] const std::vector<EntityRef>& running() const { return running_; }

 private:
  std::vector<EntityRef> running_;
  std::optional<Status> outcome_;
};

/// Drupal's configuration as a test sets it.
class FakeConfig : public DrupalConfig {
 public:
  void answer(Objects objects) { objects_ = std::move(objects); }
  Result<Objects> read(std::string_view /*prefix*/) override { return objects_; }

 private:
  Objects objects_;
};

/// A site that is the one that was installed, until a test says otherwise.
class FakeSite : public Site {
 public:
  FakeSite() {
    record_.recorded = {
        "https://drupal.example", "uuid-1", "sys-1", "drupal", "16384", "", "public"};
    observed_ = record_.recorded;
    observed_.site_url.clear();
  }
  [[nodiscard]] Record& recorded() { return record_; }
  [[nodiscard]] SiteIdentity& observed() { return observed_; }
  /// The epochs of the state folders that are known here.
  [[nodiscard]] std::map<std::string, std::string, std::less<>>& folders() { return folders_; }

  Result<Record> record(std::string_view folder) override {
    Record record = record_;
    record.has_folders = !folders_.empty();
    const auto known = folders_.find(folder);
    if (known != folders_.end()) record.epoch = known->second;
    return record;
  }
  Result<SiteIdentity> observe() override { return observed_; }
  Status adopt(const SiteIdentity& identity) override {
    record_.recorded = identity;
    folders_.clear();
    return ok();
  }
  Status join(std::string_view folder, std::string_view epoch) override {
    folders_[std::string(folder)] = epoch;
    return ok();
  }
  Status advance_epoch(std::string_view folder, std::string_view from,
                       std::string_view to) override {
    const auto known = folders_.find(folder);
    if (known == folders_.end() || known->second != from) {
      return Error{ErrorKind::kConfig, "epoch_differs", "another epoch"};
    }
    known->second = to;
    return ok();
  }

 private:
  Record record_;
  SiteIdentity observed_;
  std::map<std::string, std::string, std::less<>> folders_;
};

}  // namespace moodlesync::fakes
