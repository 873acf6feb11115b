#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drupal/postgres/capture.h"
#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"

namespace moodlesync::postgres {

/// How one watched table stands against the plan.
struct TriggerState {
  enum class Is {
    kGood,
    kNoTable,   ///< Drupal's table is missing.
    kMissing,   ///< A trigger is missing: Drupal rebuilt the table, or it was never installed.
    kDisabled,  ///< Somebody disabled it.
    kWrong,     ///< It calls another function or fires on other events.
    kOutdated,  ///< The function does not do what the configuration needs now.
  };
  std::string table;
  bool optional = false;
  Is is = Is::kGood;
};

/// The capture triggers in the database.
///
/// Every change to one of Drupal's tables is a short transaction of its own: creating a trigger
/// makes editors' saves of that table wait, so it gives up its place in the queue after half a
/// second and tries again.
class Triggers {
 public:
  Triggers(Connection& connection, const TableNames& names)
      : connection_(connection), names_(names) {}

  /// One state for each table of the plan.
  [[nodiscard]] Result<std::vector<TriggerState>> inspect(std::span<const CaptureTable> plan);

  /// Makes the table's function and triggers as planned, whatever state they are in.
  [[nodiscard]] Status put(const CaptureTable& table, TriggerState::Is is);

  /// Our capture functions that are in the database.
  [[nodiscard]] Result<std::vector<std::string>> functions();
  /// Drops one of them and with it every trigger that calls it, wherever the table is by now.
  [[nodiscard]] Status drop(std::string_view function);
  /// Drops our schema with all that is in it.
  [[nodiscard]] Status drop_schema();

 private:
  [[nodiscard]] Status with_patience(const std::string& script, std::string_view what);

  Connection& connection_;
  const TableNames& names_;
};

}  // namespace moodlesync::postgres
