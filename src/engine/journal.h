#pragma once

#include <coroutine>
#include <list>

#include "moodlesync/co.h"
#include "moodlesync/queue.h"

namespace moodlesync::engine {

/// Stores the links of conversations that are about to tell Moodle something which no look-up could
/// find again (see moodlesync::store_ahead). Gathers them: one transaction for all that wait.
///
/// Lifetime: must outlive the conversations. Threads: the event loop's only.
class Journal {
 public:
  /// Waits until `link` is stored for `task`. Errors: kTransient with code `lease_lost`: the task
  /// is another instance's by now.
  [[nodiscard]] Co<Status> store(Task task, Link link);

  /// Stores all that wait and resumes their conversations. Errors: those of Queue::store_ahead;
  /// they go on waiting for a database that is away and are told of any other trouble. Requires:
  /// not called from inside a conversation.
  [[nodiscard]] Status flush(Queue& queue);

  [[nodiscard]] bool empty() const { return waiting_.empty(); }

 private:
  /// Lives in the frame of the coroutine that waits.
  class Entry {
   public:
    Entry(Journal& journal, Task task)
        : journal_(journal), key_(task.key), task_(std::move(task)) {}
    ~Entry() { journal_.waiting_.remove(this); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) {
      waiting_ = waiting;
      journal_.waiting_.push_back(this);
    }
    [[nodiscard]] Status await_resume() { return std::move(answer_); }

    [[nodiscard]] const TaskKey& key() const { return key_; }
    [[nodiscard]] Task take() { return std::move(task_); }
    void give_back(Task task) { task_ = std::move(task); }
    void answer(Status answer) {
      answer_ = std::move(answer);
      waiting_.resume();
    }

   private:
    Journal& journal_;
    TaskKey key_;
    Task task_;  ///< Lent out while it is being stored.
    std::coroutine_handle<> waiting_;
    Status answer_ = ok();
  };

  std::list<Entry*> waiting_;
};

}  // namespace moodlesync::engine
