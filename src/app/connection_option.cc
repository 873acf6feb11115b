#include "app/connection_option.h"

#include <fstream>

#include "app/secrets.h"

namespace moodlesync::app {

std::optional<std::string> objection_to_connection(const std::string& connection) {
  if (password_in(connection).empty()) return std::nullopt;
  return "--connection must not hold a password: everybody on this machine can read command "
         "lines. Use --password-file or PGPASSWORD";
}

Result<std::string> read_password(const std::filesystem::path& file) {
  if (file.empty()) return std::string{};
  std::ifstream in(file, std::ios::binary);
  std::string line;
  if (!std::getline(in, line) && line.empty()) {
    return Error{ErrorKind::kConfig, "file",
                 "the password cannot be read from " + file.string() + ", or it is empty"};
  }
  while (line.ends_with('\r')) line.pop_back();
  return line;
}

std::string quoted_for_libpq(std::string_view value) {
  std::string quoted = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string scheme_of(const std::string& connection) {
  const auto at = connection.find("://");
  const std::string scheme = at == std::string::npos ? "" : connection.substr(0, at);
  return scheme.empty() || scheme == "postgres" ? "postgresql" : scheme;
}

}  // namespace moodlesync::app
