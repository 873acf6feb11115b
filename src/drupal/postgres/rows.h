#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct pg_result;

namespace moodlesync::postgres {

/// One row of an answer. Lifetime: borrows the Rows that it came from. A getter on NULL gives the
/// empty value; the type is the SQL's promise, so a text that is no number reads as 0.
class Row {
 public:
  Row(const pg_result* result, int index) : result_(result), index_(index) {}
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] bool flag(int column) const;
  [[nodiscard]] std::optional<std::string> optional_text(int column) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const;
  /// A bytea in hex format (the session asks for that).
  [[nodiscard]] std::string bytes(int column) const;

 private:
  const pg_result* result_;
  int index_;
};

/// The answer to a statement. Owns the memory behind its rows.
class Rows {
 public:
  explicit Rows(pg_result* result) : result_(result) {}
  [[nodiscard]] int size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }
  /// Requires: 0 <= index < size().
  [[nodiscard]] Row operator[](int index) const { return {result_.get(), index}; }
  /// Rows written by INSERT, UPDATE, DELETE; rows read by SELECT.
  [[nodiscard]] std::int64_t affected() const;
  /// The position of a column, -1 when there is none.
  [[nodiscard]] int column(const std::string& name) const;
  /// "SELECT 3", "COMMIT", "ROLLBACK".
  [[nodiscard]] std::string_view command() const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace moodlesync::postgres
