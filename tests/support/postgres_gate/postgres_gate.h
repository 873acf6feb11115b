#pragma once

#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "support/process/child_process.h"

namespace moodlesync::testsupport {

/// A line to PostgreSQL that a test can cut where it likes: a unix socket of its own, whose bytes
/// go to the server's and back.
///
/// Lifetime: the destructor cuts all lines and waits for its thread. Threads: any.
class PostgresGate {
 public:
  /// `connection`: of a PostgresCluster; its socket is where the bytes go.
  explicit PostgresGate(const std::string& connection);
  PostgresGate(const PostgresGate&) = delete;
  PostgresGate& operator=(const PostgresGate&) = delete;
  ~PostgresGate();

  /// The same database through the gate.
  [[nodiscard]] const std::string& connection() const { return connection_; }

  enum class Cut {
    kBefore,  ///< The server never sees the statement.
    kDuring,  ///< The server has it, and nobody waits for what it does.
    kAfter,   ///< The server has done it; its answer is lost.
  };
  /// Cuts the line at the next statement that contains `text`.
  void cut_at(const std::string& text, Cut cut);
  /// Whether that has happened.
  [[nodiscard]] bool has_cut();
  /// New lines are cut at once, until told otherwise.
  void refuse(bool refuse);
  /// Notifications are swallowed, until told otherwise.
  void swallow_notifications(bool swallow);

 private:
  struct Line {
    int client = -1;
    int server = -1;
    std::string tail;  ///< The last bytes from the client, for statements in two pieces.
  };
  void serve();
  void accept_line();
  /// False: the line is to be cut.
  [[nodiscard]] bool from_client(Line& line);
  [[nodiscard]] bool from_server(Line& line);
  static void close_line(const Line& line);

  TemporaryDirectory directory_;
  std::string upstream_;
  std::string connection_;
  int listener_ = -1;
  int stop_[2] = {-1, -1};
  std::list<Line> lines_;  ///< The thread's only.

  std::mutex mutex_;
  std::optional<std::pair<std::string, Cut>> armed_;
  bool refuse_ = false;
  bool swallow_ = false;

  std::thread thread_;
};

}  // namespace moodlesync::testsupport
