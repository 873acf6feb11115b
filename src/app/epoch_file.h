#pragma once

#include <filesystem>
#include <string>

#include "engine/guard.h"
#include "moodlesync/result.h"

namespace moodlesync::app {

/// The guard's other half: a random value that stands in the database and in a local file, and
/// advances in both at every start and every few minutes. When one of the two was restored from a
/// copy, they differ.
///
/// Advancing is safe against a crash at any moment: the file first learns the next epoch, then the
/// database changes, then the file forgets the old one. Both values count as ours in between.
/// Instances that share the folder are kept apart by a lock on it, and follow each other.
///
/// Errors: kConfig with code `permission` (the folder cannot be written) or `state_file` (the file
/// is damaged); kUnavailable with code `state_dir_unavailable` (disk full or read-only): what the
/// file held, it still holds; kTransient with code `state_busy` (another instance is advancing just
/// now).
class EpochFile : public engine::StateFolder {
 public:
  explicit EpochFile(const std::filesystem::path& state_dir) : path_(state_dir / "epoch") {}

  [[nodiscard]] Result<Memory> read() const override;
  /// Errors besides: kConfig with code `guard` when folder and database do not belong together.
  [[nodiscard]] Status advance(Site& site) override;
  /// The same whatever either of the two says: for a person who knows that they do.
  [[nodiscard]] Status adopt(Site& site);

 private:
  enum class Trust { kOnlyIfTheyAgree, kBlindly };
  [[nodiscard]] Status advance(Site& site, Trust trust);
  [[nodiscard]] Status write(const Memory& memory) const;

  std::filesystem::path path_;
};

/// 128 random bits in hexadecimal.
[[nodiscard]] std::string new_epoch();

}  // namespace moodlesync::app
