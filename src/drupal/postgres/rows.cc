#include "drupal/postgres/rows.h"

#include <libpq-fe.h>

#include "base/text.h"

namespace moodlesync::postgres {

bool Row::is_null(int column) const { return PQgetisnull(result_, index_, column) != 0; }

std::string_view Row::text(int column) const {
  return {PQgetvalue(result_, index_, column),
          static_cast<std::size_t>(PQgetlength(result_, index_, column))};
}

std::int64_t Row::integer(int column) const { return base::parse_int(text(column)).value_or(0); }

bool Row::flag(int column) const { return text(column) == "t"; }

std::optional<std::string> Row::optional_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return std::string(text(column));
}

std::optional<std::int64_t> Row::optional_integer(int column) const {
  return is_null(column) ? std::nullopt : base::parse_int(text(column));
}

std::string Row::bytes(int column) const {
  const auto nibble = [](char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  };
  std::string_view hex = text(column);
  if (!hex.starts_with("\\x")) return std::string(hex);
  hex.remove_prefix(2);
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(nibble(hex[i]) << 4U | nibble(hex[i + 1]));
  }
  return bytes;
}

int Rows::size() const { return PQntuples(result_.get()); }

std::int64_t Rows::affected() const {
  return base::parse_int(PQcmdTuples(result_.get())).value_or(0);
}

int Rows::column(const std::string& name) const {
  for (int i = 0; i < PQnfields(result_.get()); ++i) {
    if (name == PQfname(result_.get(), i)) return i;
  }
  return -1;
}

std::string_view Rows::command() const { return PQcmdStatus(result_.get()); }

void Rows::Clear::operator()(pg_result* result) const { PQclear(result); }

}  // namespace moodlesync::postgres
