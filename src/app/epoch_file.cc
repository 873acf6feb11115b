#include "app/epoch_file.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>

namespace moodlesync::app {

namespace {

/// A descriptor that closes itself.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

/// A full disk and one that went read-only pass, or somebody sees to them: worth waiting for.
bool may_pass(int reason) {
  return reason == ENOSPC || reason == EDQUOT || reason == EROFS || reason == EIO;
}

Error failure(const std::filesystem::path& path, std::string_view doing) {
  if (may_pass(errno)) {
    return {ErrorKind::kUnavailable, "state_dir_unavailable",
            "cannot " + std::string(doing) + " " + path.string() + ": " + std::strerror(errno)};
  }
  return {ErrorKind::kConfig, "permission",
          "cannot " + std::string(doing) + " " + path.string() + ": " + std::strerror(errno) +
              "; state_dir must be a folder that the daemon may write"};
}

bool write_whole(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool is_epoch(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos;
}

}  // namespace

Result<EpochFile::Epochs> EpochFile::read() const {
  Epochs epochs;
  std::error_code unreadable;
  if (!std::filesystem::exists(path_, unreadable) && !unreadable) return epochs;
  std::ifstream in(path_);
  if (!in) return failure(path_, "read");
  const auto damaged = [this] {
    return Error{
        ErrorKind::kConfig, "state_file",
        path_.string() + " is damaged; if the site was not moved, copied or restored, delete it"};
  };
  for (std::string line; std::getline(in, line);) {
    const bool is_next = line.starts_with("next=");
    const std::string value =
        line.substr(std::min(line.size(), std::strlen(is_next ? "next=" : "epoch=")));
    if ((!is_next && !line.starts_with("epoch=")) || !is_epoch(value)) return damaged();
    (is_next ? epochs.next : epochs.current) = value;
  }
  if (epochs.current.empty() && epochs.next.empty()) return damaged();
  return epochs;
}

Result<std::string> EpochFile::ours(std::string_view recorded) const {
  const Result<Epochs> epochs = read();
  if (!epochs) return epochs.error();
  return !epochs->next.empty() && epochs->next == recorded ? epochs->next : epochs->current;
}

Status EpochFile::begin(std::string_view current, std::string_view next) const {
  std::string text;
  if (!current.empty()) text.append("epoch=").append(current).append("\n");
  return write(text.append("next=").append(next).append("\n"));
}

Status EpochFile::finish(std::string_view epoch) const {
  return write("epoch=" + std::string(epoch) + "\n");
}

/// Into a new file, which then takes the old one's place: after a crash there is one or the other.
Status EpochFile::write(const std::string& text) const {
  std::error_code error;
  std::filesystem::create_directories(path_.parent_path(), error);
  const std::filesystem::path temporary = path_.string() + ".new";
  {
    const File file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file.fd() < 0 || !write_whole(file.fd(), text) || ::fsync(file.fd()) != 0) {
      Error why = failure(temporary, "write");
      ::unlink(temporary.c_str());
      return why;
    }
  }
  if (::rename(temporary.c_str(), path_.c_str()) != 0) return failure(path_, "replace");
  const File folder(::open(path_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd() < 0 || ::fsync(folder.fd()) != 0) return failure(path_.parent_path(), "sync");
  return ok();
}

std::string new_epoch() {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::array<unsigned char, 16> bytes{};
  // 16 bytes never come in part once the kernel's pool is ready, for which getrandom waits.
  while (::getrandom(bytes.data(), bytes.size(), 0) < 0 && errno == EINTR) {
  }
  std::string text;
  for (const unsigned char byte : bytes) {
    text += kHex[byte >> 4U];
    text += kHex[byte & 0xfU];
  }
  return text;
}

}  // namespace moodlesync::app
