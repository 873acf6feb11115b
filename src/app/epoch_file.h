#pragma once

#include <filesystem>
#include <string>

#include "moodlesync/result.h"

namespace moodlesync::app {

/// The guard's other half: a random value that stands in the database and in a local file, and
/// advances in both at every start. When one of the two was restored from a copy, they differ.
///
/// Advancing is safe against a crash at any moment: the file first learns the next epoch, then the
/// database changes, then the file forgets the old one. Both values count as ours in between.
///
/// Errors: kConfig with code `permission` (the folder cannot be written) or `state_file` (the file
/// is damaged); kUnavailable with code `state_dir_unavailable` (disk full or read-only): what the
/// file held, it still holds.
class EpochFile {
 public:
  explicit EpochFile(const std::filesystem::path& state_dir) : path_(state_dir / "epoch") {}

  struct Epochs {
    std::string current;  ///< Empty: there is no file yet.
    std::string next;     ///< Set while an advance was begun and not finished.
  };
  [[nodiscard]] Result<Epochs> read() const;
  /// The epoch that the guard is to compare with `recorded`, the one in the database: `next` when
  /// the database got it before a crash, else `current`.
  [[nodiscard]] Result<std::string> ours(std::string_view recorded) const;

  /// Writes that `next` is about to replace `current`.
  [[nodiscard]] Status begin(std::string_view current, std::string_view next) const;
  /// Writes that `epoch` is the only one.
  [[nodiscard]] Status finish(std::string_view epoch) const;

 private:
  [[nodiscard]] Status write(const std::string& text) const;

  std::filesystem::path path_;
};

/// 128 random bits in hexadecimal.
[[nodiscard]] std::string new_epoch();

}  // namespace moodlesync::app
