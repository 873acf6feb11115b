#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace moodlesync::testsupport {

/// A PostgreSQL server of the test process's own: data directory and unix socket in a directory of
/// its own (in memory where there is room, else /tmp; MOODLESYNC_CLUSTERS), no TCP, no fsync.
///
/// The server never outlives us: it stops with this object, and the kernel kills it when the thread
/// that started it ends in any other way (so start it from the main thread). PostgreSQL refuses to
/// run as root; started by root it runs as the user `postgres`.
///
/// Errors: std::runtime_error, with the end of the server's log, when a step fails or takes longer
/// than 30 seconds.
class PostgresCluster {
 public:
  /// The cluster of this process, started at the first call.
  static PostgresCluster& shared();

  /// Settings ("autovacuum=on") on top of ours, for servers that start from now on.
  static void prefer(std::vector<std::string> settings);

  PostgresCluster();
  /// A copy of a whole server's files, as a cloned volume or a restored snapshot is one. Stops the
  /// original for it, which cuts all connections, and starts both.
  [[nodiscard]] static std::unique_ptr<PostgresCluster> clone_of(PostgresCluster& original);
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;
  ~PostgresCluster();

  /// A new, empty database; returns its connection string (user postgres, a superuser).
  [[nodiscard]] std::string create_database();
  /// A new database like the template `name`, which `fill` sets up (given its connection string)
  /// the first time. Cloning takes some 30 ms, whatever is in it.
  [[nodiscard]] std::string create_database(
      const std::string& name, const std::function<void(const std::string& connection)>& fill);
  /// A copy of a database, as `CREATE DATABASE … TEMPLATE` makes it. Nobody may be connected to it.
  [[nodiscard]] std::string copy_database(const std::string& connection);

  /// The connection string of `database` for another `user`; there is no password.
  [[nodiscard]] std::string connection(const std::string& database,
                                       const std::string& user = "postgres") const;

  void stop();  ///< Cuts all connections, then waits until the server is gone.
  /// Ends the server at once, without a checkpoint: the next start has to recover. What was
  /// committed with synchronous_commit = on survives; the cluster's own default is off.
  void crash();
  void start();  ///< Returns when it accepts connections.
  void restart();

  /// Restarts as what a failover leaves of a primary: a standby, which reads and never writes.
  /// Only clusters of a test's own, not the shared one.
  void become_standby();
  /// Makes a standby the primary, with its connections standing.
  void promote();

  /// The process id of the server.
  [[nodiscard]] pid_t pid() const { return server_; }
  /// Where its socket is, and room for files that the server is to see.
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

  /// Runs SQL as superuser; throws what PostgreSQL says. Returns the first column of the first row,
  /// or "".
  static std::string run(const std::string& connection, const std::string& sql);

 private:
  struct Empty {};
  explicit PostgresCluster(Empty tag);
  void initialise();
  void wait_until_ready();
  void end(int signal);
  [[noreturn]] void fail(const std::string& what) const;

  std::filesystem::path binaries_;
  std::filesystem::path directory_;
  pid_t server_ = -1;
  std::string wal_level_ = "minimal";
  int databases_ = 0;
  std::map<std::string, std::string> templates_;  ///< Name → database.
};

}  // namespace moodlesync::testsupport
