#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "drupal/postgres/triggers.h"
#include "moodlesync/drupal.h"

namespace moodlesync::postgres {

/// "is in place", "is missing", …
[[nodiscard]] std::string_view describe(TriggerState::Is is);

/// After a gap in the capture nobody knows what was missed: no link of the entity type counts as
/// looked at any more, so that the next sweep queues them all. How many there were.
[[nodiscard]] Result<std::int64_t> distrust_links(Connection& connection, const TableNames& names,
                                                  std::string_view entity_type);

/// Looks at the capture triggers and remembers which were gone.
///
/// Lifetime: borrows the connection and the names. Threads and errors: see CaptureWatch.
class TriggerWatch : public CaptureWatch {
 public:
  TriggerWatch(Connection& connection, const TableNames& names, bool notify)
      : connection_(connection), names_(names), notify_(notify), triggers_(connection, names) {}

  void set_sources(std::vector<SourceSpec> sources) { sources_ = std::move(sources); }
  [[nodiscard]] Result<Report> look() override;

 private:
  Connection& connection_;
  const TableNames& names_;
  bool notify_;
  Triggers triggers_;
  std::vector<SourceSpec> sources_;
  std::set<std::string> unheard_;  ///< Entity types of sources that an open gap concerns.
};

}  // namespace moodlesync::postgres
