#include "drupal/postgres/task_keys.h"

namespace moodlesync::postgres {

TaskKeys::TaskKeys(std::span<const Task> tasks) {
  for (const Task& task : tasks) {
    components_.push_back(task.key.component);
    sources_.push_back(task.key.source);
    entity_types_.push_back(task.key.entity.type);
    entity_ids_.push_back(task.key.entity.id);
    tokens_.push_back(task.token);
  }
}

Params TaskKeys::params() const {
  return {components_, sources_, entity_types_, entity_ids_, tokens_};
}

TaskKey read_task_key(const Row& row, int first) {
  return {std::string(row.text(first)),
          std::string(row.text(first + 1)),
          {std::string(row.text(first + 2)), row.integer(first + 3)}};
}

}  // namespace moodlesync::postgres
