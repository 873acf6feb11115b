#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace moodlesync::testsupport {

/// A value in or for the database: text as PostgreSQL writes it, or NULL.
using Cell = std::optional<std::string>;
using Row = std::vector<Cell>;
using Rows = std::vector<Row>;

/// The server refused a statement of the test's own Drupal.
class SqlError : public std::runtime_error {
 public:
  SqlError(const std::string& message, std::string sqlstate)
      : std::runtime_error(message), sqlstate_(std::move(sqlstate)) {}
  [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }

 private:
  std::string sqlstate_;
};

/// The connection of one PHP request. Inside a transaction every statement stands in a savepoint of
/// its own, as Drupal's PostgreSQL driver has it (`mimic_implicit_commit`).
///
/// Errors: throws SqlError; a test that meets one fails.
class Session {
 public:
  explicit Session(const std::string& conninfo);

  /// One statement with parameters $1, $2, …; inside a transaction within its savepoint.
  Rows run(const std::string& sql, const Row& parameters = {});
  /// Several statements without parameters, as they are.
  void script(const std::string& sql);
  /// The first cell, or NULL when there is no row.
  Cell cell(const std::string& sql, const Row& parameters = {});
  std::string text(const std::string& sql, const Row& parameters = {}) {
    return cell(sql, parameters).value_or("");
  }
  std::int64_t number(const std::string& sql, const Row& parameters = {});

  void begin();
  void commit();
  void rollback() noexcept;

 private:
  struct Closer {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  Rows execute(const std::string& sql, const Row& parameters);

  std::unique_ptr<PGconn, Closer> connection_;
  bool in_transaction_ = false;
};

/// BEGIN … COMMIT; rolls back when left by an exception.
class Transaction {
 public:
  explicit Transaction(Session& session) : session_(session) { session_.begin(); }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (!done_) session_.rollback();
  }
  void commit() {
    session_.commit();
    done_ = true;
  }

 private:
  Session& session_;
  bool done_ = false;
};

/// The text of a cell that is NOT NULL by its table's definition.
[[nodiscard]] inline std::string text_of(const Cell& cell) { return cell.value_or(""); }

[[nodiscard]] std::string quote_identifier(std::string_view name);
/// "$from, $from+1, …", `count` of them.
[[nodiscard]] std::string placeholders(std::size_t count, std::size_t from = 1);
[[nodiscard]] std::string joined(const std::vector<std::string>& parts, std::string_view by);

}  // namespace moodlesync::testsupport
