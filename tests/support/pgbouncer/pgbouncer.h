#pragma once

#include <memory>
#include <string>

#include "support/process/child_process.h"

namespace moodlesync::testsupport {

/// A PgBouncer of the test's own that pools transactions, on a unix socket.
///
/// Errors: std::runtime_error when it does not answer within 30 seconds.
class PgBouncer {
 public:
  /// `connection`: of a PostgresCluster. `pool`: sessions with the server.
  PgBouncer(const std::string& connection, int pool);

  /// The same database through the pool.
  [[nodiscard]] const std::string& connection() const { return connection_; }

 private:
  TemporaryDirectory directory_;
  std::string connection_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace moodlesync::testsupport
