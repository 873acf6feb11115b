#include "support/pgbouncer/pgbouncer.h"

#include <libpq-fe.h>
#include <pwd.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace moodlesync::testsupport {

namespace {

/// The value of `key` in a connection string of PostgresCluster's.
std::string part(const std::string& connection, const std::string& key) {
  const auto at = connection.find(key + "=") + key.size() + 1;
  return connection.substr(at, connection.find(' ', at) - at);
}

void give_to_postgres(const std::filesystem::path& path) {
  const passwd* user = getpwnam("postgres");
  if (user == nullptr || chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) {
    throw std::runtime_error("cannot give " + path.string() + " to postgres");
  }
}

}  // namespace

PgBouncer::PgBouncer(const std::string& connection, int pool) {
  const std::string directory = directory_.path().string();
  const auto users = directory_.write("users", "\"postgres\" \"\"\n");
  const auto settings = directory_.write(
      "pgbouncer.ini",
      "[databases]\n* = host=" + part(connection, "host") +
          " port=5432\n[pgbouncer]\nlisten_addr =\nlisten_port = 5432\n"
          "unix_socket_dir = " +
          directory + "\nauth_type = trust\nauth_file = " + users.string() +
          "\npool_mode = transaction\ndefault_pool_size = " + std::to_string(pool) +
          "\nserver_round_robin = 1\nmax_client_conn = 50\n");
  std::vector<std::string> arguments{"-q", settings.string()};
  std::filesystem::path program = "/usr/sbin/pgbouncer";
  if (geteuid() == 0) {  // It refuses to run as root.
    for (const auto& path : {directory_.path(), users, settings}) give_to_postgres(path);
    arguments.insert(arguments.begin(), {"--reuid=postgres", "--regid=postgres", "--init-groups",
                                         "--pdeathsig=KILL", program.string()});
    program = "/usr/bin/setpriv";
  }
  process_ = std::make_unique<ChildProcess>(
      ChildProcess::Command{program, arguments, directory_.path() / "log"});
  connection_ =
      "host=" + directory + " port=5432 user=postgres dbname=" + part(connection, "dbname");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (PQping(connection_.c_str()) != PQPING_OK) {
    if (!process_->is_running() || std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("PgBouncer does not answer");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace moodlesync::testsupport
