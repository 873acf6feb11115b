#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "moodlesync/drupal.h"
#include "moodlesync/result.h"

/// A database that the command line names, by `--connection` and `--password-file`.
namespace moodlesync::app {

struct ConnectionOption {
  std::string connection = {};               ///< Empty: what the configuration says.
  std::filesystem::path password_file = {};  ///< Empty: libpq's own ways, ~/.pgpass among them.
};

/// What is wrong with the connection of a command line, or nothing.
[[nodiscard]] std::optional<std::string> objection_to_connection(const std::string& connection);

/// The first line of the file; "" without a file. Errors: kConfig, naming the file.
[[nodiscard]] Result<std::string> read_password(const std::filesystem::path& file);

/// `value` as a connection string takes it after "name=".
[[nodiscard]] std::string quoted_for_libpq(std::string_view value);

/// Which database backend opens the connection: "postgresql" unless it is a URI that says so.
[[nodiscard]] std::string scheme_of(const std::string& connection);

}  // namespace moodlesync::app
