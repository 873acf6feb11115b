#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drupal/postgres/param.h"
#include "drupal/postgres/prepared_statements.h"
#include "drupal/postgres/rows.h"
#include "moodlesync/result.h"

struct pg_conn;

namespace moodlesync::postgres {

struct ConnectionSettings {
  std::string connection;  ///< libpq connection string or URI.
  std::string password;    ///< Empty: whatever `connection`, .pgpass or the server's rules say.
  std::string application_name = "moodle-syncd";
  /// The server cancels a statement after this; some seconds later we stop believing in the server
  /// and drop the connection. Higher: slow reads of a big site pass. Lower: a hung one is noticed.
  std::chrono::milliseconds statement_timeout{30'000};
  std::chrono::seconds connect_timeout{10};
};

/// One of several statements that are sent together, and who takes its answer. Borrows the first
/// two.
struct Question {
  const std::string* sql = nullptr;
  const Params* params = nullptr;
  std::function<void(const Rows&)> take;
};

/// Errors: kConfig with code `bad_connection_string`, without quoting it (it may hold a password).
[[nodiscard]] Status check_connection_string(const std::string& connection);

/// One session with PostgreSQL, opened by the first statement that needs it and opened again by the
/// next one after it was lost.
///
/// The session is set up so that nothing in the database's or role's defaults changes what we read:
/// bytea in hex, UTC, UTF-8, search_path pg_catalog (qualify every name), no idle transactions.
/// Behind a pooler (PgBouncer), where each transaction may get another session and would leave it
/// to somebody else, all this is set for each transaction alone.
///
/// Threads: confined to one. Errors: kUnavailable (`database_unavailable`: no connection, shutting
/// down, disk full), kTransient (lock timeout, deadlock, cancelled: nothing was done), kConfig (no
/// right, no such table), kInDoubt (execute() and commit(): cut before the answer), kBug (the SQL
/// was refused). The code is the SQLSTATE where there is one.
class Connection {
 public:
  explicit Connection(ConnectionSettings settings);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// What to do while a statement takes its time, see DrupalDatabase::set_meanwhile().
  using Meanwhile = std::function<void(int, std::chrono::milliseconds)>;
  void set_meanwhile(Meanwhile meanwhile) { meanwhile_ = std::move(meanwhile); }

  /// Opens the session if there is none. Blocks at most the connect timeout.
  [[nodiscard]] Status open();
  void close();
  [[nodiscard]] bool is_open() const;

  /// One statement that may be repeated when the connection is cut. Blocks at most the statement
  /// timeout and a grace of five seconds.
  [[nodiscard]] Result<Rows> query(const std::string& sql, const Params& params = {});
  /// One statement that commits by itself: a cut before the answer is kInDoubt.
  [[nodiscard]] Result<Rows> execute(const std::string& sql, const Params& params = {});
  /// Several statements without parameters, separated by `;`.
  [[nodiscard]] Status run(const std::string& script);
  /// Sends all `questions` before the first is answered (libpq's pipeline mode), so that they cost
  /// the time of one round trip and the server goes on while an answer is taken. The answers are
  /// taken in their order, up to the first failure, which is what is returned. But behind a pooler
  /// they are prepared, and their plans used again for a second: 0A000 when a column's type was
  /// changed meanwhile; once more in another transaction works.
  /// Requires: a transaction, and statements that may be repeated.
  [[nodiscard]] Status query_all(std::span<const Question> questions);

  /// Begins a transaction. `mode`: what follows BEGIN.
  [[nodiscard]] Status begin(std::string_view mode);
  /// True between begin and commit or rollback; a lost connection ends it.
  [[nodiscard]] bool in_transaction() const;
  /// Somebody stands between us and the server and hands our statements to a session of his own.
  [[nodiscard]] bool is_pooled() const { return pooled_; }
  /// Counts the sessions: another number means that session state (a LISTEN) is gone.
  [[nodiscard]] std::int64_t session() const { return session_; }

  /// Counts the statements sent, BEGIN and COMMIT among them: each is a round trip.
  [[nodiscard]] std::int64_t statements() const { return statements_; }

  /// The session's descriptor for poll(), or -1.
  [[nodiscard]] int fd() const;
  /// Takes the notifications that have come, without waiting: what each of them says. An error when
  /// the connection is gone.
  [[nodiscard]] Result<std::vector<std::string>> take_notifications();

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  using Deadline = std::chrono::steady_clock::time_point;

  [[nodiscard]] Status set_up();
  [[nodiscard]] Result<bool> stands_behind_a_pooler();
  [[nodiscard]] std::string settings_script(std::string_view set) const;
  [[nodiscard]] Result<Rows> ask(const std::string& sql, const Params& params, bool script);
  [[nodiscard]] Result<Rows> ask_server(const std::string& sql, const Params& params, bool script);
  [[nodiscard]] bool send(const std::string& sql, const Params& params, bool script);
  [[nodiscard]] bool send_prepared(const std::string& name, const Params& params);
  [[nodiscard]] bool flush(Deadline deadline);
  [[nodiscard]] bool wait_for_result(Deadline deadline);
  [[nodiscard]] bool wait_for_input(Deadline deadline);
  [[nodiscard]] Result<Rows> collect(Deadline deadline);
  [[nodiscard]] Deadline deadline() const;
  [[nodiscard]] Status give_up_old_plans();
  [[nodiscard]] bool send_question(const Question& question, bool& is_new);
  [[nodiscard]] bool send_pipeline(std::span<const Question> questions, std::vector<bool>& is_new);
  [[nodiscard]] bool end_pipeline();
  [[nodiscard]] Error lost();

  ConnectionSettings settings_;
  std::unique_ptr<pg_conn, Finish> connection_;
  std::int64_t session_ = 0;
  std::int64_t statements_ = 0;
  bool pooled_ = false;
  PreparedStatements prepared_;
  Meanwhile meanwhile_;
};

/// A transaction that is rolled back unless commit() was called.
/// Lifetime: must not outlive its connection.
class Transaction {
 public:
  /// `mode`: what follows BEGIN, e.g. "ISOLATION LEVEL REPEATABLE READ READ ONLY".
  [[nodiscard]] static Result<Transaction> begin(Connection& connection,
                                                 std::string_view mode = {});
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  /// One statement inside the transaction. Never reopens: once the connection is lost, every
  /// further statement is kUnavailable and nothing of the transaction was done.
  [[nodiscard]] Result<Rows> query(const std::string& sql, const Params& params = {});

  /// Several statements inside the transaction; else as query().
  [[nodiscard]] Status run(const std::string& script);

  /// As Connection::query_all(); else as query().
  [[nodiscard]] Status query_all(std::span<const Question> questions);

  /// Errors: kInDoubt when the connection was cut during COMMIT; kTransient when a failed statement
  /// had doomed the transaction, so that nothing was done.
  [[nodiscard]] Status commit();

 private:
  Transaction(Connection& connection, std::int64_t session)
      : connection_(&connection), session_(session) {}
  [[nodiscard]] bool is_alive() const;
  Connection* connection_;  ///< nullptr: finished or moved from.
  std::int64_t session_;
};

}  // namespace moodlesync::postgres
