#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drupal/postgres/capture.h"
#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "drupal/postgres/site.h"
#include "drupal/postgres/triggers.h"
#include "moodlesync/drupal.h"

namespace moodlesync::postgres {

struct InstallerOptions {
  bool notify = true;           ///< The triggers send NOTIFY.
  bool outside_caches = false;  ///< Somebody tells caches outside the database.
};

/// Our schema, triggers and site record, put in and taken out.
///
/// Nothing happens in one big transaction: a step that is done stays done, and installing again
/// goes on where it stopped. Editors work on meanwhile.
///
/// Lifetime: borrows the connection and the names.
class SchemaInstaller : public Installer {
 public:
  SchemaInstaller(Connection& connection, const TableNames& names, InstallerOptions options = {})
      : connection_(connection),
        names_(names),
        options_(options),
        site_(connection, names),
        triggers_(connection, names) {}

  /// Errors: kConfig with code `no_drupal` (no such tables), `postgres_too_old`, `site_differs`
  /// (the schema came here in a copy of another site's database: that is what adopt-site is for).
  [[nodiscard]] Result<std::vector<std::string>> install(std::span<const SourceSpec> sources,
                                                         std::string_view site_url) override;
  /// Errors: kConfig with code `not_ours` when the schema of our name was made by somebody else.
  [[nodiscard]] Result<std::vector<std::string>> uninstall() override;
  [[nodiscard]] Result<std::vector<Finding>> check(std::span<const SourceSpec> sources) override;

 private:
  using Lines = std::vector<std::string>;
  [[nodiscard]] Status check_server();
  [[nodiscard]] Status record_site(std::string_view site_url, Lines& done);
  [[nodiscard]] Status drop_unneeded(std::span<const CaptureTable> plan, Lines& done);
  [[nodiscard]] Status put_triggers(std::span<const CaptureTable> plan, Lines& done);
  [[nodiscard]] Result<std::vector<Finding>> check_triggers(std::span<const SourceSpec> sources);

  Connection& connection_;
  const TableNames& names_;
  InstallerOptions options_;
  SiteRecord site_;
  Triggers triggers_;
};

}  // namespace moodlesync::postgres
