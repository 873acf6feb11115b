#include "drupal/postgres/store_ahead.h"

#include <nlohmann/json.hpp>
#include <string_view>

#include "drupal/postgres/link_row.h"
#include "drupal/postgres/our_statements.h"
#include "drupal/postgres/task_keys.h"

namespace moodlesync::postgres {

namespace {

using Json = nlohmann::json;

/// ORDER BY: tasks and links are always locked in key order. The lock on the task keeps another
/// instance from claiming it between the look at its token and our commit.
constexpr std::string_view kStoreAhead = R"sql(
WITH ahead AS (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS a(
    component text, source text, entity_type text, entity_id bigint, token bigint,
    moodle_id bigint, sent jsonb, uuid text, bundle text)
), held AS (
  SELECT t.component, t.source, t.entity_type, t.entity_id
  FROM {moodle_sync.task} t JOIN ahead a ON t.entity_type = a.entity_type
    AND t.entity_id = a.entity_id AND t.component = a.component AND t.source = a.source
  WHERE t.state = 'running' AND t.token = a.token
  ORDER BY t.entity_id, t.entity_type, t.component, t.source FOR UPDATE OF t
), stored AS (
  INSERT INTO {moodle_sync.link} AS link
    (component, source, entity_type, entity_id, uuid, bundle, moodle_id, sent)
  SELECT component, source, entity_type, entity_id, uuid, bundle, moodle_id, sent
  FROM ahead JOIN held USING (component, source, entity_type, entity_id)
  ORDER BY @key_order@
  ON CONFLICT (entity_type, entity_id, component, source) DO UPDATE SET sent = excluded.sent
)
SELECT a.component, a.source, a.entity_type, a.entity_id
FROM ahead a LEFT JOIN held h USING (component, source, entity_type, entity_id)
WHERE h.component IS NULL)sql";

Json to_json(const Task& task) {
  const Link link = task.link.value_or(Link{});
  Json json{{"component", task.key.component},
            {"source", task.key.source},
            {"entity_type", task.key.entity.type},
            {"entity_id", task.key.entity.id},
            {"token", task.token},
            {"sent", sent_to_json(link.sent)},
            {"uuid", storable(link.uuid)},
            {"bundle", storable(link.bundle)}};
  if (link.moodle_id) json["moodle_id"] = link.moodle_id->value;
  return json;
}

}  // namespace

Result<std::vector<TaskKey>> store_links_ahead(Connection& connection, const TableNames& names,
                                               std::span<const Task> tasks) {
  Json all = Json::array();
  for (const Task& task : tasks) all.push_back(to_json(task));
  auto rows =
      connection.query(names.expand(filled(std::string(kStoreAhead), "@key_order@", kKeyOrder)),
                       {to_parameter(all)});
  if (!rows) return std::move(rows).error();
  std::vector<TaskKey> lost;
  lost.reserve(static_cast<std::size_t>(rows->size()));
  for (int i = 0; i < rows->size(); ++i) lost.push_back(read_task_key((*rows)[i], 0));
  return lost;
}

}  // namespace moodlesync::postgres
