#include "engine/database_health.h"

#include <spdlog/spdlog.h>

#include "engine/refusals.h"

namespace moodlesync::engine {

void DatabaseHealth::note(const Status& status) {
  if (status) {
    if (breaker_.succeed()) log_.info("the database is back");
    return;
  }
  const Error& error = status.error();
  if (error.kind == ErrorKind::kUnavailable || error.kind == ErrorKind::kInDoubt) {
    if (!breaker_.fail(error)) return;
    log_.warn("MS-205 the database is away; what is known is kept: reason=\"{}\"", error.message);
    return;
  }
  if (is_refusal(error)) {
    log_.error("MS-206 the database refused a statement: code={} reason=\"{}\"", error.code,
               error.message);
  }
}

}  // namespace moodlesync::engine
