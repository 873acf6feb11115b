#pragma once

#include <string>
#include <vector>

#include "moodlesync/drupal.h"

namespace moodlesync::engine {

/// What this machine remembers of the site, in `state_dir`: the guard's half outside the database.
/// Several instances may share one folder.
class StateFolder {
 public:
  virtual ~StateFolder() = default;
  struct Memory {
    std::string id;     ///< The folder's own; empty: it has never worked with a database.
    std::string epoch;  ///< Empty only before the first one was stored in the database.
    std::string next;   ///< Set while an advance was begun and not finished: as good as `epoch`.
    bool operator==(const Memory&) const = default;
  };
  /// Errors: kConfig (the folder cannot be read, the file is damaged).
  [[nodiscard]] virtual Result<Memory> read() const = 0;
  /// Gives folder and database a new epoch; safe against a crash at any moment. One that is not
  /// known in the database joins it. Errors: those of Site; kConfig (the folder cannot be written);
  /// kTransient while another instance does the same.
  [[nodiscard]] virtual Status advance(Site& site) = 0;
};

/// Every way in which the database in front of us is not the site that was installed; empty: it is.
/// Each a sentence for an administrator. Nothing is written to Moodle while this is not empty.
///
/// `configured_url` is drupal.site_url. What each value can tell apart: docs/operator.md, "The
/// guard".
[[nodiscard]] std::vector<std::string> guard_objections(const Site::Record& record,
                                                        const SiteIdentity& observed,
                                                        std::string_view configured_url);

/// The same of the state folder: one of the two may be a copy or come from a backup.
[[nodiscard]] std::vector<std::string> folder_objections(const Site::Record& record,
                                                         const StateFolder::Memory& memory);

/// A site URL as compared: no trailing slash, scheme and host in lower case.
[[nodiscard]] std::string normalised_url(std::string_view url);

/// The guard as the loop uses it: asks the database anew with every claim. When the epoch has moved
/// on there, another instance with the same state folder may have advanced it: the folder is read
/// again before anything is held against the database.
class Guard {
 public:
  Guard(Site& site, StateFolder& folder, std::string configured_url)
      : site_(site), folder_(folder), configured_url_(std::move(configured_url)) {}

  /// Errors: kConfig with code `guard` (and all objections in the message) or `not_installed`;
  /// kUnavailable; those of StateFolder::read().
  [[nodiscard]] Status check();

  /// Advances the epoch on both sides. Requires: check() was good.
  [[nodiscard]] Status advance();

 private:
  [[nodiscard]] Result<std::vector<std::string>> objections(const StateFolder::Memory& memory);

  Site& site_;
  StateFolder& folder_;
  std::string configured_url_;
  StateFolder::Memory memory_;  ///< As last seen to agree with the database.
};

}  // namespace moodlesync::engine
