#include "drupal/postgres/write_back.h"

#include <algorithm>
#include <utility>

#include "drupal/postgres/our_statements.h"

namespace moodlesync::postgres {

namespace {

/// Links of the sources in $1 and $2.
constexpr std::string_view kOfSources =
    "write_back <> 0 AND moodle_id IS NOT NULL AND (component, source) IN (SELECT * FROM "
    "unnest($1::text[], $2::text[]))";

/// A link that cannot be paid whatever we do is looked at again after this.
constexpr std::string_view kLongWait = "5 minutes";

/// The connection is gone: nothing more can be done now. A COMMIT in doubt has either stored both
/// the id and that it is paid, or neither: what the link says decides.
bool ends_everything(const Error& error) {
  return error.kind == ErrorKind::kUnavailable || error.kind == ErrorKind::kInDoubt;
}

}  // namespace

void DrupalWriteBack::set_sources(std::span<const SourceSpec> sources) {
  sources_.clear();
  for (const SourceSpec& source : sources) {
    if (source.gives_moodle_id && !source.moodle_id_field.empty()) sources_.push_back(source);
  }
}

const SourceSpec* DrupalWriteBack::source_of(const LinkKey& key) const {
  const auto found = std::ranges::find_if(sources_, [&](const SourceSpec& source) {
    return source.component == key.component && source.name == key.source;
  });
  return found == sources_.end() ? nullptr : &*found;
}

const SchemaField* DrupalWriteBack::field_of(const LinkKey& key) const {
  const SourceSpec* source = source_of(key);
  if (source == nullptr) return nullptr;
  const SchemaField* field = schema_.field(key.entity_type, "", source->moodle_id_field);
  const bool usable = field != nullptr && field->dedicated && field->columns.contains("value");
  return usable ? field : nullptr;
}

Status DrupalWriteBack::look_around() {
  const auto rows = connection_.query(
      "SELECT to_regclass($1) IS NOT NULL, to_regclass($2) IS NOT NULL, "
      "(extract(epoch FROM current_setting('deadlock_timeout')::interval) * 1000)::bigint",
      {names_.drupal("cache_entity"), names_.drupal("cachetags")});
  if (!rows) return rows.error();
  const Row row = (*rows)[0];
  caches_ = {row.flag(0), row.flag(1)};
  constexpr std::chrono::milliseconds kLeast{1};
  lock_timeout_ = std::clamp(std::chrono::milliseconds(row.integer(2) / 5), kLeast,
                             std::max(kLeast, settings_.lock_timeout));
  return ok();
}

Result<std::vector<LinkKey>> DrupalWriteBack::due(const std::string& until, int limit) {
  std::vector<std::string> components;
  std::vector<std::string> names;
  for (const SourceSpec& source : sources_) {
    components.push_back(source.component);
    names.push_back(source.name);
  }
  const auto rows = connection_.query(
      names_.expand("SELECT entity_type, entity_id, component, source FROM {moodle_sync.link} "
                    "WHERE write_back_due <= $3::timestamptz AND ") +
          std::string(kOfSources) + " ORDER BY write_back_due LIMIT $4",
      {components, names, until, limit});
  if (!rows) return rows.error();
  std::vector<LinkKey> keys;
  for (int i = 0; i < rows->size(); ++i) {
    const Row row = (*rows)[i];
    keys.push_back({std::string(row.text(0)), row.integer(1), std::string(row.text(2)),
                    std::string(row.text(3))});
  }
  std::ranges::sort(keys);
  return keys;
}

Result<WriteBackReport> DrupalWriteBack::run(int limit) {
  WriteBackReport report;
  if (sources_.empty()) return report;
  if (!schema_.is_loaded()) {
    if (auto done = schema_.refresh(connection_); !done) return std::move(done).error();
  }
  if (auto done = look_around(); !done) return std::move(done).error();
  const auto now = connection_.query("SELECT clock_timestamp()");
  if (!now) return now.error();
  auto keys = due(std::string((*now)[0].text(0)), limit);
  if (!keys) return std::move(keys).error().in("looking for owed write-backs");
  if (auto done = pay_all(*keys, report); !done) {
    return std::move(done).error().in("writing Moodle's ids into Drupal");
  }
  return report;
}

/// Groups of one entity type and field; what a group cannot do together is done one by one.
Status DrupalWriteBack::pay_all(Keys keys, WriteBackReport& report) {
  while (!keys.empty()) {
    const SchemaField* field = field_of(keys.front());
    std::size_t size = 1;
    while (size < keys.size() && std::cmp_less(size, settings_.group) &&
           keys[size].entity_type == keys[0].entity_type && field_of(keys[size]) == field) {
      ++size;
    }
    const Keys group = keys.first(size);
    keys = keys.subspan(size);
    auto done = pay_group(group, report);
    if (done) continue;
    if (size == 1) done = postpone(group.front(), done.error(), report);
    if (size > 1 && !ends_everything(done.error())) done = pay_each(group, report);
    if (!done) return done;
  }
  return ok();
}

Status DrupalWriteBack::pay_each(Keys keys, WriteBackReport& report) {
  for (const LinkKey& key : keys) {
    auto done = pay_group({&key, 1}, report);
    if (!done) done = postpone(key, done.error(), report);
    if (!done) return done;
  }
  return ok();
}

Status DrupalWriteBack::pay_group(Keys keys, WriteBackReport& report) {
  const EntityLayout* layout = find_layout(keys.front().entity_type);
  const SchemaField* field = field_of(keys.front());
  if (layout == nullptr || field == nullptr) {
    return Error{ErrorKind::kConfig, "no_moodle_id_field",
                 "the field for Moodle's id is gone from " + keys.front().entity_type};
  }
  auto transaction = Transaction::begin(connection_);
  if (!transaction) return std::move(transaction).error();
  // What a crash takes back is owed again.
  const auto limited =
      transaction->query("SELECT set_config('lock_timeout', $1, true), " + std::string(kCommitSoon),
                         {std::to_string(lock_timeout_.count()) + "ms"});
  if (!limited) return limited.error();
  WriteBackGroup group(*transaction, names_, *layout, *field);
  // Two cached copies per entity: even if each is waited for, the group is done before an editor
  // who waits for it would ask PostgreSQL for a deadlock.
  const auto brief = std::max(std::chrono::milliseconds{1}, lock_timeout_ / settings_.group);
  auto done =
      group.pay(keys, schema_.languages(), caches_,
                {settings_.second_look, settings_.max_reasserts, brief, settings_.outside_caches});
  if (done) done = transaction->commit();
  if (done) group.count(report);
  return done;
}

/// Puts off what could not be done: briefly when somebody was in the way, for long when it needs
/// somebody's hand.
Status DrupalWriteBack::postpone(const LinkKey& key, const Error& error, WriteBackReport& report) {
  if (ends_everything(error)) return error;
  const bool in_the_way = error.kind == ErrorKind::kTransient;
  const auto rows = connection_.execute(
      names_.expand("UPDATE {moodle_sync.link} SET write_back_due = now() + CASE WHEN $5 THEN "
                    "least(greatest((now() - updated_at) / 2, interval '500 milliseconds'), "
                    "interval '1 minute') ELSE $6::interval END WHERE entity_type = $1 AND "
                    "entity_id = $2 AND component = $3 AND source = $4 AND write_back <> 0"),
      {key.entity_type, key.entity_id, key.component, key.source, in_the_way, kLongWait});
  if (!rows) return rows.error();
  if (in_the_way) {
    ++report.busy;
  } else if (!report.stuck) {
    report.stuck = Error(error).in("writing Moodle's id into " +
                                   to_string(EntityRef{key.entity_type, key.entity_id}));
  }
  return ok();
}

Status DrupalWriteBack::told(std::span<const EntityRef> entities) {
  std::vector<std::string> types;
  std::vector<std::int64_t> ids;
  for (const EntityRef& entity : entities) {
    types.push_back(entity.type);
    ids.push_back(entity.id);
  }
  const auto rows = connection_.query(
      names_.expand("UPDATE {moodle_sync.link} l SET write_back = 0, write_back_due = NULL FROM "
                    "unnest($1::text[], $2::bigint[]) AS e(type, id) WHERE l.entity_type = e.type "
                    "AND l.entity_id = e.id AND l.write_back = 3"),
      {types, ids});
  return rows ? ok() : Status(rows.error());
}

Result<std::optional<std::chrono::milliseconds>> DrupalWriteBack::next_due() {
  std::vector<std::string> components;
  std::vector<std::string> names;
  for (const SourceSpec& source : sources_) {
    components.push_back(source.component);
    names.push_back(source.name);
  }
  const auto rows = connection_.query(
      names_.expand("SELECT greatest(0, ceil(extract(epoch FROM min(write_back_due) - "
                    "clock_timestamp()) * 1000))::bigint FROM {moodle_sync.link} WHERE ") +
          std::string(kOfSources) + " HAVING count(*) > 0",
      {components, names});
  if (!rows) return rows.error();
  std::optional<std::chrono::milliseconds> due;
  if (!rows->empty()) due = std::chrono::milliseconds((*rows)[0].integer(0));
  return due;
}

}  // namespace moodlesync::postgres
