#include "drupal/postgres/weighing.h"

#include <map>
#include <set>

namespace moodlesync::postgres {

namespace {

/// $1 components. In order, so that two instances never wait for each other.
constexpr std::string_view kLock = R"sql(
INSERT INTO {moodle_sync.brake} AS b (component)
SELECT component FROM unnest($1::text[]) AS c(component) ORDER BY 1
ON CONFLICT (component) DO UPDATE SET component = excluded.component
RETURNING component, CASE WHEN counted_at > now() - interval '10 minutes' THEN linked ELSE 0 END)sql";

/// $1 components, $2 window in seconds. What is held counts only as long as its task is there: the
/// entity may have been put right.
constexpr std::string_view kPurge = R"sql(
DELETE FROM {moodle_sync.removal} r WHERE r.component = ANY($1::text[]) AND (
  (r.state = 'passed' AND r.at <= now() - $2::bigint * interval '1 second')
  OR (r.state = 'allowed' AND r.expires_at <= now())
  OR (r.state = 'held' AND NOT EXISTS (
    SELECT FROM {moodle_sync.task} t
    WHERE t.entity_type = r.entity_type AND t.entity_id = r.entity_id
      AND t.component = r.component AND t.source = r.source))))sql";

constexpr std::string_view kRead = R"sql(
SELECT c.component,
  (SELECT count(*) FROM {moodle_sync.removal} r
   WHERE r.component = c.component AND r.state = 'passed'),
  EXISTS (SELECT FROM {moodle_sync.removal} r
          WHERE r.component = c.component AND r.state = 'held')
FROM unnest($1::text[]) AS c(component))sql";

/// $1 to $5 what the removals are. Answers the position (from 1) of those that are known.
constexpr std::string_view kKnown = R"sql(
SELECT k.n, r.state
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[]) WITH ORDINALITY
  AS k(component, source, entity_type, entity_id, identity, n)
JOIN {moodle_sync.removal} r USING (component, source, entity_type, entity_id, identity))sql";

/// $1 to $5 what the removals are. A permission is for once: what has been asked for may be tried
/// again for an hour, not for the rest of the day.
constexpr std::string_view kUse = R"sql(
UPDATE {moodle_sync.removal} r SET expires_at = least(r.expires_at, now() + interval '1 hour')
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[])
  AS k(component, source, entity_type, entity_id, identity)
WHERE r.component = k.component AND r.source = k.source AND r.entity_type = k.entity_type
  AND r.entity_id = k.entity_id AND r.identity = k.identity AND r.state = 'allowed')sql";

/// $1 to $3 the sources, $4 the components to count.
constexpr std::string_view kRecount = R"sql(
WITH counted AS (
  SELECT s.component, coalesce(sum(CASE
    WHEN s.keys = '' THEN (l.moodle_id IS NOT NULL)::int
    ELSE (SELECT count(*) FROM jsonb_object_keys(l.sent) AS key WHERE starts_with(key, s.keys))
    END), 0)::bigint AS linked
  FROM unnest($1::text[], $2::text[], $3::text[]) AS s(component, source, keys)
  LEFT JOIN {moodle_sync.link} l ON l.component = s.component AND l.source = s.source
  WHERE s.component = ANY($4::text[]) GROUP BY 1
)
UPDATE {moodle_sync.brake} b SET linked = counted.linked, counted_at = now()
FROM counted WHERE b.component = counted.component
RETURNING b.component, b.linked)sql";

/// $6 verbs, $7 states.
constexpr std::string_view kNote = R"sql(
INSERT INTO {moodle_sync.removal} AS r
  (component, source, entity_type, entity_id, identity, verb, state)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[],
                     $7::text[])
ON CONFLICT (component, entity_type, entity_id, source, identity)
DO UPDATE SET verb = excluded.verb, state = excluded.state, at = now())sql";

constexpr std::string_view kTrip = R"sql(
UPDATE {moodle_sync.brake} b SET
  tripped_at = now(), wanted = t.wanted, passed = t.passed, linked_then = t.linked
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[])
  AS t(component, wanted, passed, linked)
WHERE b.component = t.component)sql";

/// What is sent to SQL about removals, as parallel arrays.
struct Columns {
  std::vector<std::string> components;
  std::vector<std::string> sources;
  std::vector<std::string> entity_types;
  std::vector<std::int64_t> entity_ids;
  std::vector<std::string> identities;
  std::vector<std::string> verbs;
  std::vector<std::string> states;

  void add(const Removal& removal, std::string_view state) {
    components.push_back(removal.task.component);
    sources.push_back(removal.task.source);
    entity_types.push_back(removal.task.entity.type);
    entity_ids.push_back(removal.task.entity.id);
    identities.push_back(removal.identity);
    verbs.push_back(removal.verb);
    states.emplace_back(state);
  }
  [[nodiscard]] Params keys() const {
    return {components, sources, entity_types, entity_ids, identities};
  }
  [[nodiscard]] Params all() const {
    return {components, sources, entity_types, entity_ids, identities, verbs, states};
  }
};

std::vector<std::string> components_of(std::span<const Removal> removals) {
  std::set<std::string> names;
  for (const Removal& removal : removals) names.insert(removal.task.component);
  return {names.begin(), names.end()};
}

/// By position: '' for one that the book does not know.
Result<std::vector<std::string>> known_states(Transaction& transaction, const TableNames& names,
                                              std::span<const Removal> removals) {
  Columns columns;
  for (const Removal& removal : removals) columns.add(removal, {});
  auto rows = transaction.query(names.expand(kKnown), columns.keys());
  if (!rows) return std::move(rows).error();
  std::vector<std::string> states(removals.size());
  for (int i = 0; i < rows->size(); ++i) {
    const Row row = (*rows)[i];
    states[static_cast<std::size_t>(row.integer(0) - 1)] = row.text(1);
  }
  return states;
}

bool is_free(std::string_view state) { return state == "passed" || state == "allowed"; }

/// One weighing, inside the transaction that it gets.
class Weigher {
 public:
  Weigher(Transaction& transaction, const TableNames& names, const CountedSources& sources)
      : transaction_(transaction), names_(names), sources_(sources) {}

  [[nodiscard]] Result<Weighing> weigh(std::span<const Removal> removals,
                                       std::chrono::seconds window, const BrakeRule& rule);

 private:
  using Readings = std::map<std::string, BrakeReading, std::less<>>;
  using Refused = std::set<std::string, std::less<>>;

  /// Locks the components and reads what is known of them, without what is wanted.
  [[nodiscard]] Result<Readings> open(const std::vector<std::string>& components,
                                      std::chrono::seconds window);
  /// The components that may not pass; counts what is linked only where that may change the answer.
  [[nodiscard]] Result<Refused> judge(const BrakeRule& rule, Readings& readings,
                                      Weighing& weighing);
  /// Counts anew what is linked.
  [[nodiscard]] Status recount(const std::vector<std::string>& components, Readings& readings);
  [[nodiscard]] Status note_trips(const Weighing& weighing);

  Transaction& transaction_;
  const TableNames& names_;
  const CountedSources& sources_;
};

Result<Weighing> Weigher::weigh(std::span<const Removal> removals, std::chrono::seconds window,
                                const BrakeRule& rule) {
  const std::vector<std::string> components = components_of(removals);
  auto readings = open(components, window);
  if (!readings) return std::move(readings).error();
  const auto states = known_states(transaction_, names_, removals);
  if (!states) return states.error();

  std::set<std::pair<TaskKey, std::string>> wanted;
  for (std::size_t i = 0; i < removals.size(); ++i) {
    if (is_free((*states)[i])) continue;
    if (wanted.emplace(removals[i].task, removals[i].identity).second) {
      ++readings->at(removals[i].task.component).wanted;
    }
  }
  Weighing weighing;
  auto refused = judge(rule, *readings, weighing);
  if (!refused) return std::move(refused).error();
  Columns noted;
  Columns used;
  for (std::size_t i = 0; i < removals.size(); ++i) {
    if ((*states)[i] == "allowed") used.add(removals[i], {});
    const bool held = !is_free((*states)[i]) && refused->contains(removals[i].task.component);
    weighing.held.push_back(held);
    if (wanted.erase({removals[i].task, removals[i].identity}) > 0) {
      noted.add(removals[i], held ? "held" : "passed");
    }
  }
  auto written = transaction_.query(names_.expand(kNote), noted.all());
  if (!written) return std::move(written).error();
  if (!used.components.empty()) {
    auto marked = transaction_.query(names_.expand(kUse), used.keys());
    if (!marked) return std::move(marked).error();
  }
  if (auto tripped = note_trips(weighing); !tripped) {
    return std::move(tripped).error();
  }
  return weighing;
}

Result<Weigher::Refused> Weigher::judge(const BrakeRule& rule, Readings& readings,
                                        Weighing& weighing) {
  Refused refused;
  std::vector<std::string> doubted;
  for (const auto& [component, reading] : readings) {
    if (rule(component, reading)) continue;
    refused.insert(component);
    // What is linked makes no difference while something is held.
    if (!reading.holding) doubted.push_back(component);
  }
  if (doubted.empty()) return refused;
  if (auto counted = recount(doubted, readings); !counted) {
    return std::move(counted).error();
  }
  for (const std::string& component : doubted) {
    const BrakeReading& reading = readings.at(component);
    if (rule(component, reading)) {
      refused.erase(component);
    } else {
      weighing.trips.push_back({component, reading});
    }
  }
  return refused;
}

Result<Weigher::Readings> Weigher::open(const std::vector<std::string>& components,
                                        std::chrono::seconds window) {
  auto locked = transaction_.query(names_.expand(kLock), {components});
  if (!locked) return std::move(locked).error();
  Readings readings;
  for (int i = 0; i < locked->size(); ++i) {
    const Row row = (*locked)[i];
    readings[std::string(row.text(0))].linked = row.integer(1);
  }
  auto purged = transaction_.query(names_.expand(kPurge), {components, window.count()});
  if (!purged) return std::move(purged).error();
  auto read = transaction_.query(names_.expand(kRead), {components});
  if (!read) return std::move(read).error();
  for (int i = 0; i < read->size(); ++i) {
    const Row row = (*read)[i];
    BrakeReading& reading = readings[std::string(row.text(0))];
    reading.passed = row.integer(1);
    reading.holding = row.flag(2);
  }
  return readings;
}

Status Weigher::recount(const std::vector<std::string>& components, Readings& readings) {
  auto rows = transaction_.query(names_.expand(kRecount), {sources_.components, sources_.names,
                                                           sources_.counted_keys, components});
  if (!rows) return std::move(rows).error();
  for (int i = 0; i < rows->size(); ++i) {
    const Row row = (*rows)[i];
    readings[std::string(row.text(0))].linked = row.integer(1);
  }
  return ok();
}

Status Weigher::note_trips(const Weighing& weighing) {
  if (weighing.trips.empty()) return ok();
  std::vector<std::string> components;
  std::vector<std::int64_t> wanted;
  std::vector<std::int64_t> passed;
  std::vector<std::int64_t> linked;
  for (const auto& [component, reading] : weighing.trips) {
    components.push_back(component);
    wanted.push_back(reading.wanted);
    passed.push_back(reading.passed);
    linked.push_back(reading.linked);
  }
  auto done = transaction_.query(names_.expand(kTrip), {components, wanted, passed, linked});
  return done ? ok() : Status(std::move(done).error());
}

}  // namespace

CountedSources::CountedSources(std::span<const SourceSpec> sources) {
  for (const SourceSpec& source : sources) {
    components.push_back(source.component);
    names.push_back(source.name);
    counted_keys.push_back(source.counted_keys);
  }
}

Result<Weighing> weigh_removals(Connection& connection, const TableNames& names,
                                const CountedSources& sources, std::span<const Removal> removals,
                                std::chrono::seconds window, const BrakeRule& rule) {
  auto transaction = Transaction::begin(connection);
  if (!transaction) return std::move(transaction).error();
  auto weighing = Weigher(*transaction, names, sources).weigh(removals, window, rule);
  if (!weighing) return weighing;
  if (auto committed = transaction->commit(); !committed) return std::move(committed).error();
  return weighing;
}

}  // namespace moodlesync::postgres
