#include "app/import_command.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "app/connection_option.h"
#include "app/import_config.h"

namespace moodlesync::app {

namespace {

constexpr std::string_view kPrefix = "moodle_sync";

Error cannot_write(const std::filesystem::path& file, int reason) {
  const bool is_forbidden = reason == EACCES || reason == EPERM || reason == EROFS;
  const std::string why = reason == EEXIST
                              ? "is there already, and is not overwritten: move it away first"
                              : std::string("cannot be written: ") + std::strerror(reason);
  return {ErrorKind::kConfig, is_forbidden ? "permission" : "file", file.string() + " " + why};
}

/// A file that was not there before, with this mode whatever the umask says of it.
Status write_new_file(const std::filesystem::path& file, std::string_view text, mode_t mode) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (descriptor < 0) return cannot_write(file, errno);
  Status written = ok();
  while (!text.empty()) {
    const ssize_t taken = ::write(descriptor, text.data(), text.size());
    if (taken < 0) {
      written = cannot_write(file, errno);
      break;
    }
    text.remove_prefix(static_cast<std::size_t>(taken));
  }
  if (::close(descriptor) != 0 && written) written = cannot_write(file, errno);
  if (!written) static_cast<void>(::unlink(file.c_str()));
  return written;
}

/// What libpq would take from the environment is written down, or the daemon would miss it.
ImportWish completed(ImportWish wish, const Environment& environment) {
  if (!wish.connection.empty()) return wish;
  const auto take = [&](std::string& to, const char* variable) {
    if (to.empty()) to = environment(variable).value_or("");
  };
  take(wish.host, "PGHOST");
  take(wish.port, "PGPORT");
  take(wish.dbname, "PGDATABASE");
  take(wish.user, "PGUSER");
  return wish;
}

/// Nothing when the command line makes sense.
std::optional<std::string> objection_to(const ImportWish& wish) {
  const bool has_parts = !(wish.host.empty() && wish.port.empty() && wish.user.empty());
  if (wish.connection.empty() && wish.dbname.empty()) {
    return "Which database? Name --dbname (and --host, --user …), or --connection";
  }
  if (!wish.connection.empty() && (has_parts || !wish.dbname.empty())) {
    return "--connection and --host, --port, --dbname or --user exclude each other";
  }
  return objection_to_connection(wish.connection);
}

/// What the daemon would make of these options: the same reader reads them.
Result<DrupalSettings> drupal_settings(const ImportWish& wish) {
  DrupalSettings settings;
  settings.connection = wish.connection;
  for (const auto& [key, value] :
       {std::pair{"host", wish.host}, std::pair{"port", wish.port},
        std::pair{"dbname", wish.dbname}, std::pair{"user", wish.user}}) {
    if (value.empty()) continue;
    settings.connection.append(settings.connection.empty() ? "" : " ")
        .append(key)
        .append("=")
        .append(quoted_for_libpq(value));
  }
  auto password = read_password(wish.password_file);
  if (!password) return std::move(password).error();
  settings.password = *std::move(password);
  settings.schema = wish.schema;
  settings.prefix = wish.prefix;
  return settings;
}

Result<DrupalConfig::Objects> read_objects(const ImportWish& wish, const Rooms& rooms) {
  auto settings = drupal_settings(wish);
  if (!settings) return std::move(settings).error();
  auto database = rooms.open_database(scheme_of(wish.connection), *settings);
  if (!database) return std::move(database).error();
  auto objects = (*database)->config().read(kPrefix);
  if (!objects) return objects;
  if (objects->by_name.empty()) {
    return Error{ErrorKind::kConfig, "no_settings",
                 "this Drupal has no readable settings of the module moodle_sync: are the "
                 "database, --schema and --prefix right?"};
  }
  return objects;
}

Status write_files(const ImportedConfig& imported, const ImportWish& wish, Console console) {
  const bool has_token = !wish.token_file.empty() && !imported.token.empty();
  if (has_token) {
    if (Status written = write_new_file(wish.token_file, imported.token + "\n", 0600); !written) {
      return written;
    }
    console.err << "Moodle's token is in " << wish.token_file.string() << "\n";
  }
  if (wish.output.empty()) {
    console.out << imported.yaml;
    return ok();
  }
  Status written = write_new_file(wish.output, imported.yaml, 0640);
  if (!written && has_token) static_cast<void>(::unlink(wish.token_file.c_str()));
  if (written) console.err << "Written: " << wish.output.string() << "\n";
  return written;
}

/// The reader has the last word about what was made; secrets that are not there yet are not the
/// file's fault.
ExitCode judge(const ImportedConfig& imported, const ImportWish& wish, const Rooms& rooms,
               Console console) {
  const auto file = wish.output.empty() ? std::filesystem::path("moodle-syncd.yaml") : wish.output;
  const LoadedSettings loaded =
      read_settings(imported.yaml, file, rooms.components, rooms.environment);
  bool is_good = true;
  for (const SettingsFault& fault : loaded.report.faults) {
    const bool is_secret =
        fault.origin.key == "moodle.token_file" || fault.origin.key == "drupal.password_file";
    is_good = is_good && is_secret;
    console.err << (is_secret ? "still to do: " : "to be corrected: ") << to_string(fault.origin)
                << ": " << fault.message << "\n";
  }
  return is_good ? ExitCode::kOk : ExitCode::kConfig;
}

}  // namespace

ExitCode import_config(const Invocation& invocation, const Rooms& rooms, Console console) {
  const ImportWish wish = completed(invocation.import, rooms.environment);
  if (const auto objection = objection_to(wish)) {
    console.err << *objection << "\n";
    return ExitCode::kUsage;
  }
  const auto objects = read_objects(wish, rooms);
  if (!objects) return complain(objects.error(), console);
  const ImportedConfig imported = import_old_settings(*objects, wish);
  for (const std::string& note : imported.notes) console.err << "note: " << note << "\n";
  if (imported.components.empty()) {
    return complain({ErrorKind::kConfig, "nothing_to_sync",
                     "the old module's settings name nothing to sync; no file was written"},
                    console);
  }
  if (const Status written = write_files(imported, wish, console); !written) {
    return complain(written.error(), console);
  }
  return judge(imported, wish, rooms, console);
}

}  // namespace moodlesync::app
