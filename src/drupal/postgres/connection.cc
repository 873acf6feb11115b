// Longer than most files: all that goes over a session with libpq is in this one.
#include "drupal/postgres/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/text.h"
#include "drupal/postgres/sqlstate.h"

namespace moodlesync::postgres {

namespace {

/// How much longer than the server's own statement timeout we wait for its answer.
constexpr std::chrono::seconds kGrace{5};
constexpr std::chrono::milliseconds kAtOnce{1};
/// SQLSTATE read_only_sql_transaction.
constexpr std::string_view kReadOnly = "25006";

/// False when the deadline passed first.
bool wait_for(int fd, short events, std::chrono::steady_clock::time_point deadline) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd entry{fd, events, 0};
    const int ready = poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
    if (ready == 0 && left.count() <= 0) return false;
  }
}

/// Only the primary message: DETAIL may quote a row, and rows hold personal data.
Error refused(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string sqlstate = state ? state : "";
  return Error{classify_sqlstate(sqlstate), sqlstate.empty() ? "database_error" : sqlstate,
               std::string("PostgreSQL says: ") + (message ? message : "no reason given")};
}

Error lost_within() {
  return {ErrorKind::kUnavailable, "database_unavailable",
          "the connection was lost during the transaction; nothing was done"};
}

void ignore_notice(void* /*unused*/, const PGresult* /*unused*/) {}

bool has_nul(const Params& params) {
  return std::ranges::any_of(params, [](const Param& param) {
    return param.text() && param.text()->find('\0') != std::string::npos;
  });
}

std::vector<const char*> pointers(const Params& params) {
  std::vector<const char*> values;
  values.reserve(params.size());
  for (const Param& param : params) {
    const auto& text = param.text();
    values.push_back(text ? text->c_str() : nullptr);
  }
  return values;
}

Error nul_byte() {
  return {ErrorKind::kBug, "nul_byte", "PostgreSQL's text cannot hold a NUL byte"};
}

}  // namespace

Status check_connection_string(const std::string& connection) {
  // The parser's own message may quote the string, and with it a password.
  if (auto* parsed = PQconninfoParse(connection.c_str(), nullptr)) {
    PQconninfoFree(parsed);
    return ok();
  }
  return Error{ErrorKind::kConfig, "bad_connection_string",
               "the database connection is neither a PostgreSQL URI nor key=value pairs"};
}

Connection::Connection(ConnectionSettings settings) : settings_(std::move(settings)) {}

Connection::~Connection() = default;

void Connection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

Status Connection::open() {
  if (is_open()) return ok();
  if (auto readable = check_connection_string(settings_.connection); !readable) return readable;
  const std::string timeout = std::to_string(settings_.connect_timeout.count());
  std::vector<const char*> keys{"dbname",          "client_encoding", "application_name",
                                "connect_timeout", "keepalives_idle", "keepalives_interval"};
  std::vector<const char*> values{settings_.connection.c_str(),
                                  "UTF8",
                                  settings_.application_name.c_str(),
                                  timeout.c_str(),
                                  "30",
                                  "10"};
  if (!settings_.password.empty()) {
    keys.push_back("password");
    values.push_back(settings_.password.c_str());
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  connection_.reset(PQconnectdbParams(keys.data(), values.data(), 1));
  if (!is_open()) {
    const bool password = connection_ && PQconnectionNeedsPassword(connection_.get()) != 0;
    Error error{password ? ErrorKind::kConfig : ErrorKind::kUnavailable,
                password ? "password_missing" : "database_unavailable",
                "PostgreSQL cannot be reached: " +
                    std::string(base::trim(PQerrorMessage(connection_.get())))};
    close();
    return error;
  }
  return set_up();
}

Status Connection::set_up() {
  ++session_;
  pooled_ = false;
  prepared_.forget();
  PQsetNoticeReceiver(connection_.get(), ignore_notice, nullptr);
  if (PQsetnonblocking(connection_.get(), 1) != 0) return lost();
  const auto failed = [this](Error error) {
    close();
    return std::move(error).in("setting up the database session");
  };
  auto pooled = stands_behind_a_pooler();
  if (!pooled) return failed(std::move(pooled).error());
  pooled_ = *pooled;
  if (pooled_) return ok();
  // SET and not the startup option `options`: PgBouncer refuses that.
  auto done = ask_server(settings_script("SET"), {}, true);
  return done ? ok() : failed(std::move(done).error());
}

/// A pooler tells its clients a process id of its own invention.
Result<bool> Connection::stands_behind_a_pooler() {
  auto rows = ask_server("SELECT pg_catalog.pg_backend_pid()", {}, true);
  if (!rows) return std::move(rows).error();
  return (*rows)[0].integer(0) != PQbackendPID(connection_.get());
}

/// `set`: SET, or SET LOCAL within a transaction.
std::string Connection::settings_script(std::string_view set) const {
  const std::string timeout = std::to_string(settings_.statement_timeout.count());
  std::string script;
  for (const std::string_view setting :
       {std::string_view("bytea_output = hex"), std::string_view("search_path = pg_catalog"),
        std::string_view("TimeZone = 'UTC'"), std::string_view("standard_conforming_strings = on"),
        std::string_view("jit = off"), std::string_view("extra_float_digits = 1"),
        std::string_view("default_transaction_isolation = 'read committed'"),
        std::string_view("idle_in_transaction_session_timeout = '60s'")}) {
    script.append(set).append(" ").append(setting).append(";");
  }
  return script.append(set).append(" statement_timeout = ").append(timeout);
}

void Connection::close() { connection_.reset(); }

bool Connection::is_open() const {
  return connection_ && PQstatus(connection_.get()) == CONNECTION_OK;
}

bool Connection::in_transaction() const {
  if (!is_open()) return false;
  const auto status = PQtransactionStatus(connection_.get());
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

int Connection::fd() const { return is_open() ? PQsocket(connection_.get()) : -1; }

Error Connection::lost() {
  const std::string reason =
      connection_ ? std::string(base::trim(PQerrorMessage(connection_.get()))) : "";
  close();
  return {ErrorKind::kUnavailable, "database_unavailable",
          "the connection to PostgreSQL was lost" + (reason.empty() ? "" : ": " + reason)};
}

bool Connection::send(const std::string& sql, const Params& params, bool script) {
  ++statements_;
  if (script) return PQsendQuery(connection_.get(), sql.c_str()) == 1;
  const std::vector<const char*> values = pointers(params);
  return PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                           values.data(), nullptr, nullptr, 0) == 1;
}

/// Reads while it writes: a server that answers before it has read everything would else block
/// both.
bool Connection::flush(Deadline deadline) {
  for (;;) {
    const int left = PQflush(connection_.get());
    if (left == 0) return true;
    if (left < 0 || !wait_for(PQsocket(connection_.get()), POLLIN | POLLOUT, deadline))
      return false;
    if (PQconsumeInput(connection_.get()) == 0) return false;
  }
}

bool Connection::wait_for_result(Deadline deadline) {
  while (PQisBusy(connection_.get()) != 0) {
    if (!wait_for_input(deadline)) return false;
    if (PQconsumeInput(connection_.get()) == 0) return false;
  }
  return true;
}

/// A statement that is answered at once is not worth looking at anything else.
bool Connection::wait_for_input(Deadline deadline) {
  const int fd = PQsocket(connection_.get());
  if (!meanwhile_) return wait_for(fd, POLLIN, deadline);
  const auto now = [] { return std::chrono::steady_clock::now(); };
  auto until = std::min(deadline, now() + kAtOnce);
  while (!wait_for(fd, POLLIN, until)) {
    until = now();
    if (until >= deadline) return false;
    meanwhile_(fd, std::chrono::ceil<std::chrono::milliseconds>(deadline - until));
  }
  return true;
}

/// All results up to the end of the command; the first failure wins, else the last result.
Result<Rows> Connection::collect(Deadline deadline) {
  std::optional<Rows> answer;
  std::optional<Error> failure;
  for (;;) {
    if (!wait_for_result(deadline)) return lost();
    PGresult* result = PQgetResult(connection_.get());
    if (result == nullptr) break;
    Rows rows(result);
    const auto status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) {
      answer = std::move(rows);
    } else if (!failure) {
      failure = refused(result);
    }
  }
  if (!is_open()) {
    // The server's last words ("terminating connection due to administrator command") are the
    // better message than the cut that follows them.
    Error cut = lost();
    if (failure) cut.message = failure->message;
    return cut;
  }
  // A server that became a standby goes on answering for ever: ask again who is the primary.
  if (failure && failure->code == kReadOnly) close();
  if (failure) return *std::move(failure);
  if (!answer) return lost();
  return *std::move(answer);
}

/// Behind a pooler a statement of its own becomes a transaction of its own, so that our settings
/// hold for it and for nobody else.
Result<Rows> Connection::ask(const std::string& sql, const Params& params, bool script) {
  if (!pooled_ || in_transaction()) return ask_server(sql, params, script);
  if (auto begun = begin({}); !begun) return std::move(begun).error();
  auto rows = ask_server(sql, params, script);
  if (!is_open()) return rows;
  auto ended = ask_server(rows ? "COMMIT" : "ROLLBACK", {}, true);
  if (rows && !ended) return ended;
  return rows;
}

Status Connection::begin(std::string_view mode) {
  if (auto opened = open(); !opened) return opened;
  std::string script = "BEGIN ";
  script += mode.empty() ? std::string_view("ISOLATION LEVEL READ COMMITTED") : mode;
  if (pooled_) script += ";" + settings_script("SET LOCAL");
  auto begun = ask_server(script, {}, true);
  if (begun) return ok();
  if (in_transaction() && !ask_server("ROLLBACK", {}, true)) close();
  return std::move(begun).error();
}

Result<Rows> Connection::ask_server(const std::string& sql, const Params& params, bool script) {
  if (has_nul(params)) return nul_byte();
  const Deadline until = deadline();
  if (!send(sql, params, script) || !flush(until)) return lost();
  return collect(until);
}

Connection::Deadline Connection::deadline() const {
  return std::chrono::steady_clock::now() + settings_.statement_timeout + kGrace;
}

Status Connection::query_all(std::span<const Question> questions) {
  if (questions.empty()) return ok();
  for (const Question& question : questions) {
    if (has_nul(*question.params)) return nul_byte();
  }
  if (auto given_up = give_up_old_plans(); !given_up) return given_up;
  std::vector<bool> is_new;
  if (!send_pipeline(questions, is_new)) return lost();
  std::optional<Error> failure;
  const auto note = [&](const Result<Rows>& answer) {
    if (!answer && !failure) failure = answer.error();  // Those after it are not even tried.
  };
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (is_new[i]) {
      const Result<Rows> prepared = collect(deadline());
      if (!is_open()) return prepared.error();
      note(prepared);
    }
    const Result<Rows> rows = collect(deadline());
    if (!is_open()) return rows.error();
    note(rows);
    if (!failure) questions[i].take(*rows);
  }
  if (!end_pipeline()) return lost();
  if (!failure) return ok();
  prepared_.doubt();
  return *std::move(failure);
}

Status Connection::give_up_old_plans() {
  if (!prepared_.are_old(std::chrono::steady_clock::now())) return ok();
  if (auto given_up = ask_server("DEALLOCATE ALL", {}, true); !given_up) {
    return std::move(given_up).error();
  }
  prepared_.forget();
  return ok();
}

bool Connection::send_prepared(const std::string& name, const Params& params) {
  ++statements_;
  const std::vector<const char*> values = pointers(params);
  return PQsendQueryPrepared(connection_.get(), name.c_str(), static_cast<int>(values.size()),
                             values.data(), nullptr, nullptr, 0) == 1;
}

/// `is_new`: whether it is prepared now. Behind a pooler it is not: the next transaction may get a
/// session that knows nothing of this one's.
bool Connection::send_question(const Question& question, bool& is_new) {
  is_new = false;
  if (pooled_) return send(*question.sql, *question.params, false);
  if (const std::string* name = prepared_.find(*question.sql)) {
    return send_prepared(*name, *question.params);
  }
  is_new = true;
  const std::string& name = prepared_.add(*question.sql, std::chrono::steady_clock::now());
  return PQsendPrepare(connection_.get(), name.c_str(), question.sql->c_str(), 0, nullptr) == 1 &&
         send_prepared(name, *question.params);
}

/// `is_new`: which of them are prepared now.
bool Connection::send_pipeline(std::span<const Question> questions, std::vector<bool>& is_new) {
  pg_conn* const connection = connection_.get();
  if (PQenterPipelineMode(connection) != 1) return false;
  for (const Question& question : questions) {
    bool is_this_new = false;
    if (!send_question(question, is_this_new)) return false;
    is_new.push_back(is_this_new);
  }
  return PQpipelineSync(connection) == 1 && flush(deadline());
}

/// The server's word that all has been answered comes last.
bool Connection::end_pipeline() {
  if (!wait_for_result(deadline())) return false;
  PGresult* const result = PQgetResult(connection_.get());
  const Rows owner(result);
  return PQresultStatus(result) == PGRES_PIPELINE_SYNC &&
         PQexitPipelineMode(connection_.get()) == 1;
}

Result<Rows> Connection::query(const std::string& sql, const Params& params) {
  if (auto opened = open(); !opened) return std::move(opened).error();
  return ask(sql, params, false);
}

Result<Rows> Connection::execute(const std::string& sql, const Params& params) {
  if (auto opened = open(); !opened) return std::move(opened).error();
  auto rows = ask(sql, params, false);
  if (!rows && !is_open()) rows.error().kind = ErrorKind::kInDoubt;
  return rows;
}

Status Connection::run(const std::string& script) {
  if (auto opened = open(); !opened) return opened;
  auto rows = ask(script, {}, true);
  if (!rows) return std::move(rows).error();
  return ok();
}

Result<std::vector<std::string>> Connection::take_notifications() {
  if (!is_open()) return lost();
  if (PQconsumeInput(connection_.get()) == 0) return lost();
  std::vector<std::string> payloads;
  while (PGnotify* notification = PQnotifies(connection_.get())) {
    payloads.emplace_back(notification->extra);
    PQfreemem(notification);
  }
  if (!is_open()) return lost();
  return payloads;
}

Result<Transaction> Transaction::begin(Connection& connection, std::string_view mode) {
  if (auto begun = connection.begin(mode); !begun) return std::move(begun).error();
  return Transaction(connection, connection.session());
}

Transaction::Transaction(Transaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)), session_(other.session_) {}

Transaction::~Transaction() {
  if (!is_alive() || !connection_->in_transaction()) return;
  // A session that cannot even roll back is of no use; closing it does the same on the server.
  if (!connection_->query("ROLLBACK")) connection_->close();
}

bool Transaction::is_alive() const {
  return connection_ != nullptr && connection_->is_open() && connection_->session() == session_;
}

Result<Rows> Transaction::query(const std::string& sql, const Params& params) {
  if (!is_alive()) return lost_within();
  return connection_->query(sql, params);
}

Status Transaction::run(const std::string& script) {
  if (!is_alive()) return lost_within();
  return connection_->run(script);
}

Status Transaction::query_all(std::span<const Question> questions) {
  if (!is_alive()) return lost_within();
  return connection_->query_all(questions);
}

Status Transaction::commit() {
  if (!is_alive()) return lost_within();
  auto done = std::exchange(connection_, nullptr)->execute("COMMIT");
  if (!done) return std::move(done).error().in("committing");
  if (done->command() != "COMMIT") {
    return Error{ErrorKind::kTransient, "rolled_back",
                 "a statement had failed before, so PostgreSQL rolled the transaction back"};
  }
  return ok();
}

}  // namespace moodlesync::postgres
