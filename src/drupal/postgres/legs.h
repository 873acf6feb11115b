#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/entity_layout.h"
#include "drupal/postgres/identifiers.h"
#include "moodlesync/component.h"

namespace moodlesync::postgres {

/// A part of a pass over all entities: the rows of one table that matter to one source, by id.
///
/// Lifetime: borrows the source.
struct Leg {
  enum class Of {
    kEntities,  ///< The source's entities.
    kOwned,     ///< Those that belong to them: profiles.
    kLinks,     ///< Links, whose entity may be gone.
  };
  Of of = Of::kEntities;
  const SourceSpec* source = nullptr;
  const EntityLayout* layout = nullptr;  ///< Of the table that is gone through.
  std::string bundle;

  /// "course/main entities": the same in every run with the same configuration.
  [[nodiscard]] std::string name() const;
};

enum class OwnedToo { kNo, kYes };
/// The legs of a pass, in the order in which they are gone.
[[nodiscard]] std::vector<Leg> legs_of(std::span<const SourceSpec> sources, OwnedToo owned);

/// Behind every id.
inline constexpr std::int64_t kNoEnd = std::numeric_limits<std::int64_t>::max();

/// A slice of a leg, as parameters of its page.
struct Slice {
  std::int64_t after = 0;
  std::optional<int> limit = {};  ///< Nothing: all.
  std::int64_t upto = kNoEnd;
};

/// $1 to $7 of every page.
[[nodiscard]] Params page_params(const Leg& leg, const Slice& slice);

/// Joins the link `l` of the entity whose id is `id`, by $1 to $3 of page_params(). To be expanded.
///
/// OFFSET 0: by key, whatever the statistics say. Those of the beginning of a first load made
/// PostgreSQL compare every row of a page with every link.
[[nodiscard]] std::string with_link(std::string_view id);

/// Writes the statements that go through legs.
class PageWriter {
 public:
  enum class Chosen {
    kMissed,  ///< What no change told of.
    kAll,     ///< Everything; of the links those whose entity is gone.
  };

  PageWriter(Connection& connection, const TableNames& names)
      : connection_(connection), names_(names) {}

  /// A SELECT of id, entity_id (whose task it would be), bundle and `chosen`, by page_params(), at
  /// most `limit` rows by id; nothing when Drupal has no such table (the module is not installed).
  /// Errors: as Connection.
  [[nodiscard]] Result<std::optional<std::string>> page(const Leg& leg, Chosen chosen);

 private:
  [[nodiscard]] Result<bool> has_column(std::string_view table, std::string_view column);

  Connection& connection_;
  const TableNames& names_;
};

}  // namespace moodlesync::postgres
