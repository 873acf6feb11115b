#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drupal/postgres/connection.h"
#include "moodlesync/component.h"

namespace moodlesync::postgres {

/// Which source hears of which entities, as parallel arrays for SQL: $n::text[] each, in the order
/// of columns().
class Routes {
 public:
  Routes() = default;
  explicit Routes(std::span<const SourceSpec> sources);

  /// The five arrays as parameters.
  [[nodiscard]] Params params() const;
  /// `unnest(…) AS r(entity_type, bundle, component, source, owner_type)` over the parameters that
  /// begin at $first. An empty bundle stands for all bundles. A non-empty owner_type: what belongs
  /// to an entity of that type concerns its owner (change.owner) and not itself.
  [[nodiscard]] static std::string table(int first);

 private:
  void add(const SourceSpec& source, std::string_view entity_type, std::string_view bundle,
           std::string_view owner_type);
  std::vector<std::string> entity_types_;
  std::vector<std::string> bundles_;
  std::vector<std::string> components_;
  std::vector<std::string> sources_;
  std::vector<std::string> owner_types_;
};

}  // namespace moodlesync::postgres
