#pragma once

#include <string>
#include <vector>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "drupal/postgres/legs.h"
#include "drupal/postgres/routes.h"
#include "drupal/postgres/site_schema.h"
#include "moodlesync/survey.h"

namespace moodlesync::postgres {

/// The survey on Drupal's base tables and ours. One statement reads a slice, one more (in the same
/// transaction) notes how far a resync came.
///
/// Lifetime: borrows the connection, the names and the schema.
class SiteSurvey : public Survey {
 public:
  SiteSurvey(Connection& connection, const TableNames& names, const SiteSchema& schema)
      : connection_(connection), names_(names), schema_(schema) {}

  void set_sources(std::vector<SourceSpec> sources);

  [[nodiscard]] Result<std::int64_t> count(const Selection& selection) override;
  [[nodiscard]] Result<SurveyPage> entities(const Selection& selection, const Bookmark& from,
                                            int limit) override;
  [[nodiscard]] Result<OwedPage> owed(const Selection& selection, const Bookmark& from,
                                      int limit) override;
  [[nodiscard]] Result<ResyncProgress> open(const ResyncWish& wish, bool anew) override;
  [[nodiscard]] Result<ResyncProgress> queue(const ResyncWish& wish, const ResyncProgress& progress,
                                             int limit) override;
  [[nodiscard]] Result<std::size_t> correct(std::span<const Correction> corrections) override;

 private:
  /// The legs of the selection; a leg that `from` names and that is no more begins the pass anew.
  [[nodiscard]] std::vector<Leg> legs(const Selection& selection) const;
  [[nodiscard]] Result<Rows> owed_rows(const Leg& leg, const Slice& slice);
  [[nodiscard]] Status note(Transaction& transaction, const ResyncWish& wish,
                            const ResyncProgress& progress);
  [[nodiscard]] Error explain(Error error, std::string_view doing) const;

  Connection& connection_;
  const TableNames& names_;
  const SiteSchema& schema_;
  std::vector<SourceSpec> sources_;
  Routes routes_;
};

}  // namespace moodlesync::postgres
