#include "support/drupal_site/session.h"

namespace moodlesync::testsupport {

namespace {

using Answer = std::unique_ptr<PGresult, decltype([](PGresult* result) { PQclear(result); })>;

void require(const PGresult* result, const std::string& sql) {
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return;
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  throw SqlError(std::string(PQresultErrorMessage(result)) + "in: " + sql,
                 state == nullptr ? "" : state);
}

}  // namespace

Session::Session(const std::string& conninfo) : connection_(PQconnectdb(conninfo.c_str())) {
  if (PQstatus(connection_.get()) != CONNECTION_OK) {
    throw SqlError(PQerrorMessage(connection_.get()), "08006");
  }
  script("SET client_min_messages = warning");
}

Rows Session::execute(const std::string& sql, const Row& parameters) {
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const Cell& cell : parameters) values.push_back(cell ? cell->c_str() : nullptr);
  const Answer answer(PQexecParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()),
                                   nullptr, values.data(), nullptr, nullptr, 0));
  require(answer.get(), sql);
  Rows rows(static_cast<std::size_t>(PQntuples(answer.get())));
  for (int row = 0; row < PQntuples(answer.get()); ++row) {
    for (int column = 0; column < PQnfields(answer.get()); ++column) {
      Cell cell;
      if (PQgetisnull(answer.get(), row, column) == 0) cell = PQgetvalue(answer.get(), row, column);
      rows[static_cast<std::size_t>(row)].push_back(std::move(cell));
    }
  }
  return rows;
}

void Session::script(const std::string& sql) {
  const Answer answer(PQexec(connection_.get(), sql.c_str()));
  require(answer.get(), sql);
}

Rows Session::run(const std::string& sql, const Row& parameters) {
  if (!in_transaction_) return execute(sql, parameters);
  script("SAVEPOINT mimic_implicit_commit");
  Rows rows = execute(sql, parameters);
  script("RELEASE SAVEPOINT mimic_implicit_commit");
  return rows;
}

Cell Session::cell(const std::string& sql, const Row& parameters) {
  const Rows rows = run(sql, parameters);
  return rows.empty() ? Cell{} : rows.front().front();
}

std::int64_t Session::number(const std::string& sql, const Row& parameters) {
  const Cell value = cell(sql, parameters);
  if (!value) throw SqlError("no number came of: " + sql, "02000");
  return std::stoll(*value);
}

void Session::begin() {
  script("BEGIN");
  in_transaction_ = true;
}

void Session::commit() {
  in_transaction_ = false;
  script("COMMIT");
}

void Session::rollback() noexcept {
  in_transaction_ = false;
  PQclear(PQexec(connection_.get(), "ROLLBACK"));
}

std::string quote_identifier(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string placeholders(std::size_t count, std::size_t from) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += (i == 0 ? "$" : ", $") + std::to_string(from + i);
  }
  return text;
}

std::string joined(const std::vector<std::string>& parts, std::string_view by) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += by;
    text += parts[i];
  }
  return text;
}

}  // namespace moodlesync::testsupport
