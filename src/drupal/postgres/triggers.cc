#include "drupal/postgres/triggers.h"

namespace moodlesync::postgres {

namespace {

constexpr int kAttempts = 20;

/// pg_trigger.tgtype. Source: PostgreSQL 15, src/include/catalog/pg_trigger.h.
constexpr int kForEachRow = 1;
constexpr int kOnInsert = 4;
constexpr int kOnDelete = 8;
constexpr int kOnUpdate = 16;
constexpr int kOnTruncate = 32;

int row_trigger_type(std::string_view events) {
  const auto has = [&](std::string_view event) {
    return events.find(event) != std::string_view::npos;
  };
  return kForEachRow + (has("INSERT") ? kOnInsert : 0) + (has("UPDATE") ? kOnUpdate : 0) +
         (has("DELETE") ? kOnDelete : 0);
}

std::string drop_function(const TableNames& names, std::string_view function) {
  return "DROP FUNCTION IF EXISTS " + names.ours(function) + "() CASCADE";
}

std::string create_trigger(const TableNames& names, const CaptureTable& table,
                           std::string_view name, const std::string& when) {
  return "CREATE TRIGGER " + quote_identifier(name) + " AFTER " + when + " ON " +
         names.drupal(table.table) + " FOR EACH " +
         (name == kTruncateTrigger ? "STATEMENT" : "ROW") + " EXECUTE FUNCTION " +
         names.ours(table.function) + "();";
}

/// $1 table, $2 function, $3 trigger's name, $4 the function's source, $5 our schema.
constexpr std::string_view kInspect = R"sql(
SELECT c.oid IS NULL, t.oid IS NULL, t.tgenabled, t.tgtype, f.oid IS NOT DISTINCT FROM t.tgfoid,
       f.prosrc = $4
FROM (SELECT to_regclass($1)) AS c(oid)
LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = $3
LEFT JOIN pg_proc f ON f.proname = $2 AND f.pronamespace = to_regnamespace($5)
)sql";

TriggerState::Is judge(const Row& row, int type) {
  using Is = TriggerState::Is;
  if (row.flag(0)) return Is::kNoTable;
  if (row.flag(1)) return Is::kMissing;
  if (!row.flag(4) || row.integer(3) != type) return Is::kWrong;
  // 'O' fires in ordinary sessions, 'A' in all; 'D' never, 'R' only in replicas.
  if (row.text(2) != "O" && row.text(2) != "A") return Is::kDisabled;
  return row.flag(5) ? Is::kGood : Is::kOutdated;
}

}  // namespace

Result<std::vector<TriggerState>> Triggers::inspect(std::span<const CaptureTable> plan) {
  std::vector<TriggerState> states;
  const std::string ours = quote_identifier(names_.our_schema());
  for (const CaptureTable& table : plan) {
    TriggerState state{table.table, table.optional, TriggerState::Is::kGood};
    const auto look = [&](std::string_view name, int type) -> Result<TriggerState::Is> {
      auto rows =
          connection_.query(std::string(kInspect),
                            {names_.drupal(table.table), table.function, name, table.body, ours});
      if (!rows) return std::move(rows).error().in("inspecting the trigger on " + table.table);
      return judge((*rows)[0], type);
    };
    auto row_trigger = look(kRowTrigger, row_trigger_type(table.events));
    if (!row_trigger) return std::move(row_trigger).error();
    state.is = *row_trigger;
    if (table.truncate && state.is == TriggerState::Is::kGood) {
      auto truncate = look(kTruncateTrigger, kOnTruncate);
      if (!truncate) return std::move(truncate).error();
      state.is = *truncate;
    }
    states.push_back(std::move(state));
  }
  return states;
}

Status Triggers::put(const CaptureTable& table, TriggerState::Is is) {
  if (is == TriggerState::Is::kGood || is == TriggerState::Is::kNoTable) return ok();
  const std::string function = create_function_sql(names_, table);
  if (is == TriggerState::Is::kOutdated) return connection_.run(function);
  // Dropping the function takes its triggers along; that needs no right on Drupal's table. In one
  // transaction, so that no save falls between the old triggers and the new.
  std::string script = drop_function(names_, table.function) + ";" + function + ";";
  script += create_trigger(names_, table, kRowTrigger, table.events);
  if (table.truncate) script += create_trigger(names_, table, kTruncateTrigger, "TRUNCATE");
  return with_patience(script, "creating the trigger on " + table.table);
}

Result<std::vector<std::string>> Triggers::functions() {
  auto rows = connection_.query(
      "SELECT proname FROM pg_proc WHERE pronamespace = to_regnamespace($1) "
      "AND proname LIKE 'capture\\_%' ORDER BY 1",
      {quote_identifier(names_.our_schema())});
  if (!rows) return std::move(rows).error().in("listing the capture functions");
  std::vector<std::string> found;
  found.reserve(static_cast<std::size_t>(rows->size()));
  for (int i = 0; i < rows->size(); ++i) found.emplace_back((*rows)[i].text(0));
  return found;
}

Status Triggers::drop(std::string_view function) {
  return with_patience(drop_function(names_, function), "dropping " + std::string(function));
}

Status Triggers::drop_schema() {
  return with_patience("DROP SCHEMA " + quote_identifier(names_.our_schema()) + " CASCADE",
                       "dropping the schema " + names_.our_schema());
}

Status Triggers::with_patience(const std::string& script, std::string_view what) {
  for (int attempt = 1;; ++attempt) {
    auto transaction = Transaction::begin(connection_);
    if (!transaction) return std::move(transaction).error().in(what);
    auto done = transaction->run("SET LOCAL lock_timeout = '500ms';" + script);
    if (done) return transaction->commit();
    if (done.error().code != "55P03" || attempt == kAttempts) {
      return std::move(done).error().in(what);
    }
  }
}

}  // namespace moodlesync::postgres
