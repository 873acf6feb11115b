#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/crew.h"
#include "engine/newcomers.h"
#include "moodlesync/component.h"
#include "moodlesync/drupal.h"
#include "moodlesync/queue.h"

namespace moodlesync::engine {

/// Knows which component and source a task belongs to.
///
/// Lifetime: borrows the components.
class Directory {
 public:
  explicit Directory(std::span<const std::unique_ptr<Component>> components);

  struct Entry {
    const Component* component = nullptr;
    const SourceSpec* source = nullptr;
  };
  /// Null pointers when the configuration no longer names it.
  [[nodiscard]] Entry find(std::string_view component, std::string_view source) const;
  /// The source of `component` that entities of this type and bundle belong to, or nullptr.
  [[nodiscard]] const SourceSpec* source_for(std::string_view component,
                                             std::string_view entity_type,
                                             std::string_view bundle) const;
  /// Who gives Moodle ids stands before those who need them; else as configured.
  [[nodiscard]] const std::vector<std::string>& component_names() const { return names_; }
  [[nodiscard]] std::vector<SourceSpec> sources() const;

 private:
  std::map<std::pair<std::string, std::string>, Entry, std::less<>> entries_;
  std::vector<std::string> names_;
};

/// Turns claimed tasks into conversations that are ready to start: reads the desired state of all
/// of them, and the Moodle ids of what they refer to, with a handful of statements however many
/// there are.
class Intake {
 public:
  struct Ports {
    Queue& queue;
    DrupalReader& reader;
    Moodle& moodle;
    const Newcomers* newcomers = nullptr;  ///< Null: nothing counts as new.
  };
  Intake(const Directory& directory, Ports ports) : directory_(directory), ports_(ports) {}

  struct Load {
    /// Each takes a kilobyte: whoever starts them need not keep them until all are started.
    std::deque<Prepared> ready;
    std::vector<Conclusion> failed;  ///< Could not even be read; to be settled as they are.
  };
  /// `crew`: the conversations that go on already.
  [[nodiscard]] Load prepare(std::vector<Task> tasks, const IdHolders& crew);

 private:
  /// What is known of the Moodle ids of those that a claim's entities refer to, and of their own.
  struct Known {
    std::map<std::pair<std::string, EntityRef>, LinkedId> links;
    /// By component and id, for ids that were typed: those that have the id already.
    std::multimap<std::pair<std::string, MoodleId>, EntityRef> holders;
    /// Somebody other than `self`.
    [[nodiscard]] std::optional<EntityRef> holder(std::string_view component, MoodleId id,
                                                  const EntityRef& self) const;
  };

  void prepare_source(const Directory::Entry& entry, std::vector<Task> tasks, const IdHolders& crew,
                      Load& load);
  [[nodiscard]] Result<std::shared_ptr<const Known>> look_up(const SourceSpec& source,
                                                             std::span<const Task> tasks,
                                                             std::span<const Entity> entities,
                                                             const IdHolders& crew);
  [[nodiscard]] Counterpart known_counterpart(std::string_view component, MoodleId id) const;
  [[nodiscard]] Counterpart counterpart(const Known& known, std::string_view component,
                                        const Reference& to) const;

  const Directory& directory_;
  Ports ports_;
};

}  // namespace moodlesync::engine
