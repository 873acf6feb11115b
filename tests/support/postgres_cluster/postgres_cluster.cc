#include "support/postgres_cluster/postgres_cluster.h"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <linux/magic.h>
#include <pwd.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "support/process/exec_words.h"

namespace moodlesync::testsupport {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kPatience{30};
constexpr const char* kDirectoryPrefix = "moodlesync-pg-";
constexpr const char* kMemory = "/dev/shm";
constexpr const char* kDisk = "/tmp";
/// Free memory that leaves enough for a few clusters and all else.
constexpr std::uint64_t kRoom = std::uint64_t{4} * 1024 * 1024 * 1024;

/// Where clusters live. Making and dropping databases is hundreds of small files each time, which
/// takes a disk's file system longer than PostgreSQL itself.
fs::path place_of_clusters() {
  if (const char* wish = std::getenv("MOODLESYNC_CLUSTERS")) return wish;
  struct statfs found = {};
  const bool is_memory = statfs(kMemory, &found) == 0 && found.f_type == TMPFS_MAGIC;
  const auto block = static_cast<std::uint64_t>(found.f_bsize);
  return is_memory && found.f_bavail * block >= kRoom ? kMemory : kDisk;
}

/// The user that the server runs as; null: we are not root, so it runs as us.
const passwd* server_user() {
  if (geteuid() != 0) return nullptr;
  const passwd* user = getpwnam("postgres");
  if (user == nullptr) throw std::runtime_error("there is no user postgres to run PostgreSQL as");
  return user;
}

fs::path find_binaries() {
  fs::path best;
  int newest = 0;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", none)) {
    const int version = std::atoi(entry.path().filename().c_str());
    if (version > newest && fs::exists(entry.path() / "bin/postgres")) {
      newest = version;
      best = entry.path() / "bin";
    }
  }
  if (best.empty()) throw std::runtime_error("no PostgreSQL under /usr/lib/postgresql");
  return best;
}

/// Who the server runs as when we are root.
struct ServerIdentity {
  uid_t user;
  gid_t group;
  std::vector<gid_t> groups;
};

std::optional<ServerIdentity> server_identity() {
  const passwd* user = server_user();
  if (user == nullptr) return std::nullopt;
  int count = 64;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  if (getgrouplist(user->pw_name, user->pw_gid, groups.data(), &count) < 0) {
    throw std::runtime_error("the user postgres is in too many groups");
  }
  groups.resize(static_cast<std::size_t>(count));
  return ServerIdentity{user->pw_uid, user->pw_gid, std::move(groups)};
}

/// In the child, which may only do what a signal handler may: become the server's user, die with
/// the parent, run.
[[noreturn]] void become(char* const* command, const ServerIdentity* who, pid_t parent,
                         const char* log) {
  const int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (out >= 0) {
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
  }
  setpgid(0, 0);  // A Ctrl-C at the terminal is the test's business.
  if (who != nullptr && (setgroups(who->groups.size(), who->groups.data()) != 0 ||
                         setgid(who->group) != 0 || setuid(who->user) != 0)) {
    _exit(126);
  }
  // After setuid, which clears it. SIGQUIT: PostgreSQL's immediate shutdown.
  prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (getppid() != parent) _exit(125);
  execv(command[0], command);
  _exit(127);
}

pid_t spawn(std::vector<std::string> command, const fs::path& log) {
  const std::optional<ServerIdentity> who = server_identity();
  const ExecWords words(std::move(command));
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) become(words.get(), who ? &*who : nullptr, parent, log.c_str());
  return child;
}

int wait_for_exit(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

void give_to_server_user(const fs::path& path) {
  const passwd* user = server_user();
  if (user == nullptr) return;
  const auto give = [&](const fs::path& one) {
    if (lchown(one.c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw std::runtime_error("cannot chown " + one.string());
    }
  };
  give(path);
  for (const auto& entry : fs::recursive_directory_iterator(path)) give(entry.path());
}

/// Directories of processes that were killed before they could clean up.
void remove_leftovers(const fs::path& place) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(place, ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kDirectoryPrefix)) continue;
    const pid_t owner = std::atoi(name.c_str() + std::strlen(kDirectoryPrefix));
    if (owner > 0 && kill(owner, 0) != 0 && errno == ESRCH) fs::remove_all(entry.path(), ignored);
  }
}

/// Holds a file lock, so that only one of several test processes fills the cache.
class FileLock {
 public:
  explicit FileLock(const fs::path& path)
      : fd_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (fd_ < 0 || flock(fd_, LOCK_EX) != 0)
      throw std::runtime_error("cannot lock " + path.string());
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock() { close(fd_); }

 private:
  int fd_;
};

std::vector<std::string>& preferred_settings() {
  static std::vector<std::string> settings;
  return settings;
}

}  // namespace

PostgresCluster& PostgresCluster::shared() {
  static PostgresCluster cluster;
  return cluster;
}

PostgresCluster::PostgresCluster() : PostgresCluster(Empty{}) {
  initialise();
  start();
}

PostgresCluster::PostgresCluster(Empty /*tag*/) : binaries_(find_binaries()) {
  const fs::path place = place_of_clusters();
  remove_leftovers(place);
  std::string pattern = place / (kDirectoryPrefix + std::to_string(getpid()) + "-XXXXXX");
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot create " + pattern);
  directory_ = pattern;
  fs::permissions(directory_, fs::perms::all & ~fs::perms::others_write & ~fs::perms::group_write);
  give_to_server_user(directory_);
}

std::unique_ptr<PostgresCluster> PostgresCluster::clone_of(PostgresCluster& original) {
  std::unique_ptr<PostgresCluster> clone(new PostgresCluster(Empty{}));
  const fs::path data = clone->directory_ / "data";
  original.stop();
  fs::copy(original.directory_ / "data", data, fs::copy_options::recursive);
  fs::permissions(data, fs::perms::owner_all);
  give_to_server_user(data);
  original.start();
  clone->start();
  return clone;
}

PostgresCluster::~PostgresCluster() {
  stop();
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

void PostgresCluster::fail(const std::string& what) const {
  std::ifstream log(directory_ / "log");
  std::stringstream text;
  text << log.rdbuf();
  const std::string all = text.str();
  throw std::runtime_error(what + "; the server's log ends:\n" +
                           all.substr(all.size() - std::min<std::size_t>(all.size(), 2000)));
}

void PostgresCluster::initialise() {
  const fs::path cache = MOODLESYNC_CLUSTER_CACHE;
  const fs::path ready = cache / binaries_.parent_path().filename();
  const fs::path data = directory_ / "data";
  fs::create_directories(cache);
  const FileLock lock(cache / "lock");
  if (!fs::exists(ready)) {
    const pid_t child = spawn({binaries_ / "initdb", "-D", data, "-U", "postgres", "-A", "trust",
                               "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"},
                              directory_ / "log");
    if (wait_for_exit(child) != 0) fail("initdb failed");
    const fs::path half = ready.string() + ".new";
    fs::remove_all(half);
    fs::copy(data, half, fs::copy_options::recursive);
    fs::rename(half, ready);
    return;
  }
  fs::copy(ready, data, fs::copy_options::recursive);
  fs::permissions(data, fs::perms::owner_all);
  give_to_server_user(data);
}

void PostgresCluster::prefer(std::vector<std::string> settings) {
  preferred_settings() = std::move(settings);
}

void PostgresCluster::start() {
  if (server_ > 0) return;
  std::vector<std::string> command{
      binaries_ / "postgres", "-D", directory_ / "data", "-k", directory_, "-h", "", "-p", "5432"};
  std::vector<std::string> settings{"fsync=off",
                                    "full_page_writes=off",
                                    "synchronous_commit=off",
                                    "max_connections=40",
                                    "shared_buffers=16MB",
                                    "max_wal_senders=0",
                                    "wal_level=" + wal_level_,
                                    "autovacuum=off",
                                    "log_statement=none"};
  const std::vector<std::string>& more = preferred_settings();
  settings.insert(settings.end(), more.begin(), more.end());
  for (const std::string& setting : settings) command.insert(command.end(), {"-c", setting});
  server_ = spawn(std::move(command), directory_ / "log");
  wait_until_ready();
}

void PostgresCluster::wait_until_ready() {
  const std::string target = connection("postgres");
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (PQping(target.c_str()) != PQPING_OK) {
    int status = 0;
    if (waitpid(server_, &status, WNOHANG) == server_) {
      server_ = -1;
      fail("PostgreSQL ended while starting");
    }
    if (std::chrono::steady_clock::now() > deadline) fail("PostgreSQL does not answer");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

void PostgresCluster::stop() { end(SIGINT); }
void PostgresCluster::crash() { end(SIGQUIT); }

void PostgresCluster::end(int signal) {
  if (server_ <= 0) return;
  kill(server_, signal);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  int status = 0;
  while (waitpid(server_, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) {
      kill(server_, SIGKILL);
      wait_for_exit(server_);
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  server_ = -1;
}

void PostgresCluster::restart() {
  stop();
  start();
}

void PostgresCluster::become_standby() {
  // A server can be read in recovery only if it was written with that in mind.
  wal_level_ = "replica";
  restart();
  stop();
  const fs::path signal = directory_ / "data" / "standby.signal";
  std::ofstream(signal).flush();
  give_to_server_user(directory_ / "data");
  start();
}

void PostgresCluster::promote() { run(connection("postgres"), "SELECT pg_promote()"); }

std::string PostgresCluster::connection(const std::string& database,
                                        const std::string& user) const {
  return "host=" + directory_.string() + " port=5432 user=" + user + " dbname=" + database;
}

std::string PostgresCluster::create_database() {
  const std::string name = "test_" + std::to_string(++databases_);
  run(connection("postgres"), "CREATE DATABASE " + name + " TEMPLATE template0");
  return connection(name);
}

std::string PostgresCluster::create_database(
    const std::string& name, const std::function<void(const std::string& connection)>& fill) {
  if (!templates_.contains(name)) {
    const std::string database = create_database();
    fill(database);
    templates_[name] = database;
  }
  return copy_database(templates_[name]);
}

std::string PostgresCluster::copy_database(const std::string& connection_string) {
  const std::string source = run(connection_string, "SELECT current_database()");
  const std::string name = "test_" + std::to_string(++databases_);
  run(connection("postgres"), "CREATE DATABASE " + name + " TEMPLATE \"" + source + "\"");
  return connection(name);
}

std::string PostgresCluster::run(const std::string& connection, const std::string& sql) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> session(PQconnectdb(connection.c_str()),
                                                             &PQfinish);
  if (PQstatus(session.get()) != CONNECTION_OK) {
    throw std::runtime_error(PQerrorMessage(session.get()));
  }
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(session.get(), sql.c_str()),
                                                             &PQclear);
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(std::string(PQerrorMessage(session.get())) + "in: " + sql);
  }
  return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

}  // namespace moodlesync::testsupport
