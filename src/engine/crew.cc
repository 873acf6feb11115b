#include "engine/crew.h"

#include <algorithm>

#include "engine/admission.h"

namespace moodlesync::engine {

void Crew::start(Prepared prepared) {
  members_.emplace_back(std::move(prepared), clock_.now(), brake_);
  const auto member = std::prev(members_.end());
  member->work.conversation.moodle = &member->door;
  member->script.emplace(accompany(member)).start();
}

Co<Done> Crew::accompany(Members::iterator member) {
  Prepared& work = member->work;
  work.conversation.keep_link = [this, &work](Link link) {
    work.task.link.reset();  // What the queue holds of it is not certain any more.
    return journal_.store(work.task, std::move(link));
  };
  std::optional<Outcome> outcome = admit(work.conversation, work.id_holder);
  if (!outcome) outcome = co_await work.component->converse(work.conversation);
  member->outcome = std::move(outcome);
  finished_.push_back(member);
  co_return Done{};
}

std::vector<Crew::Finished> Crew::take_finished(std::size_t most) {
  const std::size_t count = std::min(most, finished_.size());
  const auto end = finished_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<Finished> all;
  all.reserve(count);
  for (auto at = finished_.begin(); at != end; ++at) {
    const auto member = *at;
    Prepared& work = member->work;
    Finished finished;
    finished.took =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - member->since);
    finished.made = work.conversation.made;
    Conclusion& conclusion = finished.conclusion;
    conclusion.owe_write_back = owes_write_back(work.conversation.entity, work.conversation.link,
                                                *work.conversation.source);
    conclusion.task = std::move(work.task);
    conclusion.outcome =
        std::move(member->outcome)
            .value_or(Error{ErrorKind::kBug, "no_outcome", "the conversation came to nothing"});
    conclusion.link = std::move(work.conversation.link);
    all.push_back(std::move(finished));
    members_.erase(member);
  }
  finished_.erase(finished_.begin(), end);
  return all;
}

std::vector<Task> Crew::tasks() const {
  std::vector<Task> all;
  all.reserve(members_.size());
  for (const Member& member : members_) all.push_back(member.work.task);
  return all;
}

void note_holder(const Conversation& conversation, std::string_view component,
                 std::map<MoodleId, EntityRef>& holders) {
  if (conversation.key.component != component) return;
  const std::optional<MoodleId> id = conversation.link.moodle_id;
  if (id && conversation.link.skipped.empty()) holders.emplace(*id, conversation.entity.ref);
}

std::map<MoodleId, EntityRef> Crew::holders(std::string_view component) const {
  std::map<MoodleId, EntityRef> holders;
  for (const Member& member : members_) note_holder(member.work.conversation, component, holders);
  return holders;
}

void Crew::abandon(std::span<const TaskKey> lost) {
  for (auto at = members_.begin(); at != members_.end();) {
    const bool is_lost = !at->outcome && std::ranges::find(lost, at->work.task.key) != lost.end();
    at = is_lost ? members_.erase(at) : std::next(at);
  }
}

std::vector<Task> Crew::cancel() {
  std::vector<Task> all = tasks();
  finished_.clear();
  members_.clear();
  return all;
}

}  // namespace moodlesync::engine
