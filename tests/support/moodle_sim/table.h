#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "support/moodle_sim/php_value.h"

namespace moodlesync::sim {

/// The undo log of the running transaction, shared by all tables of a site.
class Journal {
 public:
  void begin() { active_ = true; }
  void note(std::function<void()> undo) {
    if (active_) undo_.push_back(std::move(undo));
  }
  [[nodiscard]] bool is_active() const { return active_; }
  void commit() {
    active_ = false;
    undo_.clear();
  }
  void roll_back() {
    active_ = false;
    while (!undo_.empty()) {
      const std::function<void()> undo = std::move(undo_.back());
      undo_.pop_back();
      undo();
    }
  }

 private:
  bool active_ = false;
  std::vector<std::function<void()>> undo_;
};

/// Rows by id with exact-match indexes; every change can be undone. As with a database's sequence,
/// an id is never given twice, not even after a rollback.
///
/// `Row` has a member `Id id`. Not thread-safe: the simulator's lock guards it.
template <typename Row>
class Table {
 public:
  using KeyOf = std::string (*)(const Row&);

  Table(Journal& journal, Id first_id, std::vector<KeyOf> keys)
      : journal_(&journal), next_id_(first_id), keys_(std::move(keys)), indexes_(keys_.size()) {}

  [[nodiscard]] const Row* find(Id id) const {
    const auto at = rows_.find(id);
    return at == rows_.end() ? nullptr : &at->second;
  }
  [[nodiscard]] bool contains(Id id) const { return rows_.contains(id); }
  [[nodiscard]] const std::map<Id, Row>& all() const { return rows_; }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }

  /// Ids of the rows with this key, ascending. `index` counts the constructor's keys from 0.
  [[nodiscard]] const std::set<Id>& with(std::size_t index, const std::string& key) const {
    const auto at = indexes_[index].find(key);
    return at == indexes_[index].end() ? none_ : at->second;
  }

  Id insert(Row row) {
    const Id id = next_id_++;
    row.id = id;
    put(std::move(row));
    journal_->note([this, id] { remove(id); });
    return id;
  }

  /// Replaces the row with the same id, which must exist.
  void update(Row row) {
    Row old = rows_.at(row.id);
    remove(row.id);
    put(std::move(row));
    if (!journal_->is_active()) return;
    journal_->note([this, old = std::move(old)] {
      remove(old.id);
      put(old);
    });
  }

  void erase(Id id) {
    Row old = rows_.at(id);
    remove(id);
    if (!journal_->is_active()) return;
    journal_->note([this, old = std::move(old)] { put(old); });
  }

  /// The next insert gets at least this id.
  void skip_to(Id id) { next_id_ = std::max(next_id_, id); }

 private:
  void put(Row row) {
    for (std::size_t i = 0; i < keys_.size(); ++i) indexes_[i][keys_[i](row)].insert(row.id);
    const Id id = row.id;
    rows_.insert_or_assign(id, std::move(row));
  }

  void remove(Id id) {
    const auto at = rows_.find(id);
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const auto bucket = indexes_[i].find(keys_[i](at->second));
      bucket->second.erase(id);
      if (bucket->second.empty()) indexes_[i].erase(bucket);
    }
    rows_.erase(at);
  }

  Journal* journal_;
  Id next_id_;
  std::vector<KeyOf> keys_;
  std::map<Id, Row> rows_;
  std::vector<std::unordered_map<std::string, std::set<Id>>> indexes_;
  std::set<Id> none_;
};

}  // namespace moodlesync::sim
