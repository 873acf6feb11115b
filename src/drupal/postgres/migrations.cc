#include "drupal/postgres/migrations.h"

#include <array>

namespace moodlesync::postgres {

namespace {

/// The keys begin with the entity: whoever has an entity finds its tasks and links, whatever
/// component and source they belong to.
constexpr std::string_view kTables = R"sql(
CREATE TABLE {moodle_sync.change} (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  entity_type text NOT NULL,
  entity_id bigint NOT NULL,
  bundle text,
  op "char" NOT NULL,
  owner_type text,
  owner bigint
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000);
COMMENT ON TABLE {moodle_sync.change} IS
  'Outbox that the capture triggers fill: look at this entity again. Emptied by moodle-syncd.';
COMMENT ON COLUMN {moodle_sync.change}.op IS
  'U saved, D deleted, T table truncated, C configuration changed, R its Moodle id changed';
COMMENT ON COLUMN {moodle_sync.change}.owner IS
  'What it belongs to: the user of a profile, the entity that a registration is for';

CREATE SEQUENCE {moodle_sync.task_token};

CREATE TABLE {moodle_sync.task} (
  component text NOT NULL,
  source text NOT NULL,
  entity_type text NOT NULL,
  entity_id bigint NOT NULL,
  bundle text NOT NULL DEFAULT '',
  state text NOT NULL DEFAULT 'pending'
    CHECK (state IN ('pending', 'running', 'waiting', 'parked')),
  generation bigint NOT NULL DEFAULT 1,
  due_at timestamptz NOT NULL DEFAULT now(),
  attempts integer NOT NULL DEFAULT 0,
  lease_until timestamptz,
  token bigint,
  instance text,
  in_doubt boolean NOT NULL DEFAULT false,
  code text NOT NULL DEFAULT '',
  message text NOT NULL DEFAULT '',
  waits_component text,
  waits_entity_type text,
  waits_entity_id bigint,
  first_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (entity_type, entity_id, component, source)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000);
CREATE INDEX task_due ON {moodle_sync.task} (component, due_at) WHERE state <> 'parked';
CREATE INDEX task_waits ON {moodle_sync.task} (waits_entity_type, waits_entity_id, waits_component)
  WHERE state = 'waiting';
COMMENT ON TABLE {moodle_sync.task} IS
  'What moodle-syncd still owes Moodle; a row goes away when it is done.';

CREATE TABLE {moodle_sync.link} (
  component text NOT NULL,
  source text NOT NULL,
  entity_type text NOT NULL,
  entity_id bigint NOT NULL,
  uuid text NOT NULL DEFAULT '',
  bundle text NOT NULL DEFAULT '',
  moodle_id bigint,
  sent jsonb NOT NULL DEFAULT '{}',
  skipped text NOT NULL DEFAULT '',
  updated_at timestamptz NOT NULL DEFAULT now(),
  write_back smallint NOT NULL DEFAULT 0 CHECK (write_back BETWEEN 0 AND 2),
  write_back_due timestamptz,
  reasserts smallint NOT NULL DEFAULT 0,
  reasserted_on date,
  PRIMARY KEY (entity_type, entity_id, component, source)
) WITH (fillfactor = 90);
CREATE INDEX link_moodle_id ON {moodle_sync.link} (component, moodle_id);
CREATE INDEX link_source ON {moodle_sync.link} (component, source, entity_id);
CREATE INDEX link_write_back ON {moodle_sync.link} (write_back_due) WHERE write_back <> 0;
CREATE INDEX link_skipped ON {moodle_sync.link} (component) WHERE skipped <> '';
COMMENT ON TABLE {moodle_sync.link} IS
  'What moodle-syncd last told Moodle about an entity. Losing it means losing which is which.';
COMMENT ON COLUMN {moodle_sync.link}.write_back IS
  '0 nothing owed, 1 the write is owed, 2 written: the second cache invalidation is owed';

CREATE TABLE {moodle_sync.site} (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  site_url text NOT NULL,
  site_uuid text NOT NULL,
  system_identifier text NOT NULL,
  database_name text NOT NULL,
  database_oid text NOT NULL,
  prefix text NOT NULL,
  schema text NOT NULL,
  epoch text NOT NULL,
  installed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE {moodle_sync.site} IS
  'The site that this schema was installed for; a copy of the database is noticed by it.';
)sql";

/// One epoch for all could be kept by one instance only. The folder that has it is known by it.
constexpr std::string_view kStateFolders = R"sql(
CREATE TABLE {moodle_sync.state_folder} (
  id text PRIMARY KEY,
  epoch text NOT NULL,
  joined_at timestamptz NOT NULL DEFAULT now(),
  advanced_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE {moodle_sync.state_folder} IS
  'The state_dir of every instance, with the epoch that must stand there too';
INSERT INTO {moodle_sync.state_folder} (id, epoch) SELECT epoch, epoch FROM {moodle_sync.site};
ALTER TABLE {moodle_sync.site} DROP COLUMN epoch;
)sql";

/// The brake's two tables, and when an operator let go of an entity: a link that is as old as that
/// is left alone by the sweep.
constexpr std::string_view kBrake = R"sql(
CREATE TABLE {moodle_sync.brake} (
  component text PRIMARY KEY,
  linked bigint NOT NULL DEFAULT 0,
  counted_at timestamptz,
  tripped_at timestamptz,
  wanted bigint,
  passed bigint,
  linked_then bigint
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
COMMENT ON TABLE {moodle_sync.brake} IS
  'One row per component that has taken something away in Moodle; locked while that is weighed.';

CREATE TABLE {moodle_sync.removal} (
  component text NOT NULL,
  source text NOT NULL,
  entity_type text NOT NULL,
  entity_id bigint NOT NULL,
  identity text NOT NULL,
  verb text NOT NULL,
  state text NOT NULL CHECK (state IN ('passed', 'held', 'allowed')),
  at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  PRIMARY KEY (component, entity_type, entity_id, source, identity)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000);
CREATE INDEX removal_state ON {moodle_sync.removal} (component, state, at);
COMMENT ON TABLE {moodle_sync.removal} IS
  'What was taken away in Moodle lately, what the brake holds back, and what somebody allowed.';

ALTER TABLE {moodle_sync.link} ADD COLUMN dropped_at timestamptz;
COMMENT ON COLUMN {moodle_sync.link}.dropped_at IS
  'When somebody dropped its task: only a later change brings it back';
)sql";

/// Links are rewritten at every settle: at PostgreSQL's default a table of 100,000 would gather
/// 20,000 dead rows before it is cleaned.
constexpr std::string_view kOutsideCaches = R"sql(
ALTER TABLE {moodle_sync.link} DROP CONSTRAINT link_write_back_check;
ALTER TABLE {moodle_sync.link} ADD CONSTRAINT link_write_back_check
  CHECK (write_back BETWEEN 0 AND 3);
COMMENT ON COLUMN {moodle_sync.link}.write_back IS
  '0 nothing owed, 1 the write is owed, 2 written: the second cache invalidation is owed, '
  '3 that is done: caches outside the database are still to be told';
ALTER TABLE {moodle_sync.link} SET (autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 2000, autovacuum_analyze_scale_factor = 0.05);
)sql";

/// What an operator says to all daemons, and what they say of themselves. The rows of `daemon` are
/// written every few seconds, so they must not leave dead ones all over the table.
constexpr std::string_view kDaemons = R"sql(
CREATE TABLE {moodle_sync.pause} (
  component text PRIMARY KEY,
  reason text NOT NULL DEFAULT '',
  since timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE {moodle_sync.pause} IS
  'Components of which nothing is claimed until somebody resumes them; empty name: all.';

CREATE TABLE {moodle_sync.daemon} (
  instance text PRIMARY KEY,
  pid bigint NOT NULL,
  version text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now(),
  ended boolean NOT NULL,
  last_success_at timestamptz,
  moodle_ready boolean NOT NULL,
  moodle_since timestamptz NOT NULL,
  moodle_code text NOT NULL,
  moodle_reason text NOT NULL,
  in_flight bigint NOT NULL,
  settled bigint NOT NULL,
  failed bigint NOT NULL,
  requests bigint NOT NULL,
  stopped jsonb NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
COMMENT ON TABLE {moodle_sync.daemon} IS
  'What each running moodle-syncd does, in its own words, every few seconds; for `status`.';
)sql";

constexpr std::string_view kResync = R"sql(
CREATE TABLE {moodle_sync.resync} (
  wish text PRIMARY KEY,
  leg text NOT NULL,
  after_id bigint NOT NULL,
  looked_at bigint NOT NULL,
  queued bigint NOT NULL,
  begun_at timestamptz NOT NULL DEFAULT now(),
  at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE {moodle_sync.resync} IS
  'How far a resync came that was not finished; the next one with the same wish goes on there.';
)sql";

/// A queue is empty most of the time, and so it is when autovacuum looks at it. With statistics
/// that say so PostgreSQL reads and sorts all tasks for each claim once an import has queued a
/// million, until autovacuum comes by again, after a minute or more. ANALYZE is the owner's right,
/// and the daemon is not the owner; hence the function, which does nothing else. Our schema's name
/// may hold whatever ends a string, so it stands in the function's search_path alone.
///
/// An entity's link must not be looked for among all links of its component, which looks as cheap
/// as its key while few of that component have been counted: so that index is for ids only.
constexpr std::string_view kStatistics = R"sql(
SELECT set_config('search_path', quote_ident(n.nspname) || ', pg_temp', true)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = (SELECT tableoid FROM {moodle_sync.migration} LIMIT 1);
CREATE FUNCTION {moodle_sync.refresh_statistics}() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '1s' AS $$
BEGIN
  IF (SELECT reltuples FROM pg_class WHERE oid = 'task'::regclass) < 1000 THEN
    ANALYZE task;
  END IF;
  IF (SELECT reltuples FROM pg_class WHERE oid = 'link'::regclass) < 1000 THEN
    ANALYZE link;
  END IF;
EXCEPTION WHEN lock_not_available THEN
  NULL;  -- Somebody else is at it.
END $$;
COMMENT ON FUNCTION {moodle_sync.refresh_statistics}() IS
  'For moodle-syncd, which calls it when there is much to do: counts tables that seem to be small.';

DROP INDEX {moodle_sync.link_moodle_id};
CREATE INDEX link_moodle_id ON {moodle_sync.link} (component, moodle_id)
  WHERE moodle_id IS NOT NULL;
)sql";

/// What is done to each task and link, and most often, is made cheap.
///
/// A number decides a comparison of keys before any text does, and text is compared byte by byte,
/// not by the rules of the database's language.
///
/// A row's new version needs no entries in the indexes while no column that an index is about has
/// changed, nor one that says which rows are in it, and while there is room for it on the same page
/// (HOT). So nothing of an index is about `state`, a claim leaves `due_at` as it is, and the tables
/// have room for each row's next version.
constexpr std::string_view kLighterRows = R"sql(
ALTER TABLE {moodle_sync.task} DROP CONSTRAINT task_pkey,
  ALTER component TYPE text COLLATE "C", ALTER source TYPE text COLLATE "C",
  ALTER entity_type TYPE text COLLATE "C",
  ADD COLUMN claimable boolean GENERATED ALWAYS AS (state <> 'parked') STORED;
ALTER TABLE {moodle_sync.task} ADD PRIMARY KEY (entity_id, entity_type, component, source);
DROP INDEX {moodle_sync.task_due};
DROP INDEX {moodle_sync.task_waits};
CREATE INDEX task_due ON {moodle_sync.task} (component, due_at) WHERE claimable;
CREATE INDEX task_waits ON {moodle_sync.task} (waits_entity_id, waits_entity_type, waits_component)
  WHERE waits_entity_id IS NOT NULL;
ALTER TABLE {moodle_sync.task} SET (fillfactor = 50);
COMMENT ON COLUMN {moodle_sync.task}.due_at IS
  'While it is running: when it was due; it may be claimed again once lease_until is over';

ALTER TABLE {moodle_sync.link} DROP CONSTRAINT link_pkey,
  ALTER component TYPE text COLLATE "C", ALTER source TYPE text COLLATE "C",
  ALTER entity_type TYPE text COLLATE "C";
ALTER TABLE {moodle_sync.link} ADD PRIMARY KEY (entity_id, entity_type, component, source);
ALTER TABLE {moodle_sync.link} SET (fillfactor = 50);
)sql";

constexpr std::array kMigrations = {
    Migration{1, "tables", kTables},         Migration{2, "state folders", kStateFolders},
    Migration{3, "brake", kBrake},           Migration{4, "outside caches", kOutsideCaches},
    Migration{5, "daemons", kDaemons},       Migration{6, "resync", kResync},
    Migration{7, "statistics", kStatistics}, Migration{8, "lighter rows", kLighterRows}};

constexpr std::string_view kBook = R"sql(
CREATE TABLE {moodle_sync.migration} (
  version integer PRIMARY KEY,
  name text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
))sql";

Result<bool> has_schema(Connection& connection, const TableNames& names) {
  auto rows =
      connection.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", {names.our_schema()});
  if (!rows) return std::move(rows).error();
  return !rows->empty();
}

Result<bool> has_book(Connection& connection, const TableNames& names) {
  auto rows = connection.query("SELECT to_regclass($1) IS NOT NULL", {names.ours("migration")});
  if (!rows) return std::move(rows).error();
  return (*rows)[0].flag(0);
}

/// Creates the schema and the table that keeps the book of migrations, under the caller's lock.
Status prepare(Connection& connection, Transaction& transaction, const TableNames& names,
               std::vector<std::string>& done) {
  auto schema = has_schema(connection, names);
  if (!schema) return std::move(schema).error();
  if (!*schema) {
    // Not IF NOT EXISTS: that asks for the right to create even when there is nothing to create.
    if (auto made = transaction.run("CREATE SCHEMA " + quote_identifier(names.our_schema()));
        !made) {
      return made;
    }
    done.push_back("created the schema " + names.our_schema());
  }
  auto book = has_book(connection, names);
  if (!book) return std::move(book).error();
  return *book ? ok() : transaction.run(names.expand(kBook));
}

/// Applies the next migration that is due; false: there is none.
Result<bool> apply_next(Connection& connection, const TableNames& names,
                        std::vector<std::string>& done) {
  auto transaction = Transaction::begin(connection);
  if (!transaction) return std::move(transaction).error();
  auto locked = transaction->query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
                                   {"moodle-syncd migration of " + names.our_schema()});
  if (!locked) return std::move(locked).error();
  if (auto ready = prepare(connection, *transaction, names, done); !ready)
    return std::move(ready).error();
  auto version = schema_version(connection, names);
  if (!version) return std::move(version).error();
  for (const Migration& migration : migrations()) {
    if (migration.version <= *version) continue;
    if (auto ran = transaction->run(names.expand(migration.sql)); !ran)
      return std::move(ran).error();
    auto noted = transaction->query(
        names.expand("INSERT INTO {moodle_sync.migration} (version, name) VALUES ($1, $2)"),
        {migration.version, migration.name});
    if (!noted) return std::move(noted).error();
    if (auto committed = transaction->commit(); !committed) return std::move(committed).error();
    done.push_back("applied migration " + std::to_string(migration.version) + " (" +
                   std::string(migration.name) + ")");
    return true;
  }
  if (*version > newest_schema_version()) {
    return Error{ErrorKind::kConfig, "schema_too_new",
                 "the schema " + names.our_schema() + " has version " + std::to_string(*version) +
                     ", this program knows up to " + std::to_string(newest_schema_version()) +
                     ": use the newer moodle-syncd"};
  }
  return false;
}

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

int newest_schema_version() { return kMigrations.back().version; }

Result<int> schema_version(Connection& connection, const TableNames& names) {
  auto book = has_book(connection, names);
  if (!book) return std::move(book).error().in("reading the schema's version");
  if (!*book) return 0;
  auto rows = connection.query(
      names.expand("SELECT coalesce(max(version), 0) FROM {moodle_sync.migration}"));
  if (!rows) return std::move(rows).error().in("reading the schema's version");
  return static_cast<int>((*rows)[0].integer(0));
}

Result<std::vector<std::string>> migrate(Connection& connection, const TableNames& names) {
  std::vector<std::string> done;
  for (;;) {
    auto more = apply_next(connection, names, done);
    if (!more) return std::move(more).error().in("preparing the schema " + names.our_schema());
    if (!*more) return done;
  }
}

}  // namespace moodlesync::postgres
