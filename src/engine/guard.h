#pragma once

#include <string>
#include <vector>

#include "moodlesync/drupal.h"

namespace moodlesync::engine {

/// Every way in which the database in front of us is not the site that was installed; empty: it is.
/// Each a sentence for an administrator. Nothing is written to Moodle while this is not empty.
///
/// `configured_url` is drupal.site_url, `local_epoch` the epoch in the state file (empty: no state
/// file yet, which is no objection by itself). What each value can tell apart: docs/operator.md,
/// "The guard".
[[nodiscard]] std::vector<std::string> guard_objections(const Site::Record& record,
                                                        const SiteIdentity& observed,
                                                        std::string_view configured_url,
                                                        std::string_view local_epoch);

/// A site URL as compared: no trailing slash, scheme and host in lower case.
[[nodiscard]] std::string normalised_url(std::string_view url);

/// The guard as the loop uses it: asks the database anew with every claim.
class Guard {
 public:
  Guard(Site& site, std::string configured_url, std::string local_epoch)
      : site_(site),
        configured_url_(std::move(configured_url)),
        local_epoch_(std::move(local_epoch)) {}

  /// Errors: kConfig with code `guard` (and all objections in the message) or `not_installed`;
  /// kUnavailable.
  [[nodiscard]] Status check();

 private:
  Site& site_;
  std::string configured_url_;
  std::string local_epoch_;
};

}  // namespace moodlesync::engine
