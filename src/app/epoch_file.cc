#include "app/epoch_file.h"

#include <fcntl.h>
#include <sys/file.h>
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

Result<engine::StateFolder::Memory> EpochFile::read() const {
  Memory memory;
  std::error_code unreadable;
  if (!std::filesystem::exists(path_, unreadable) && !unreadable) return memory;
  std::ifstream in(path_);
  if (!in) return failure(path_, "read");
  const auto damaged = [this] {
    return Error{
        ErrorKind::kConfig, "state_file",
        path_.string() + " is damaged; if the site was not moved, copied or restored, delete it"};
  };
  for (std::string line; std::getline(in, line);) {
    const std::size_t equals = std::min(line.find('='), line.size());
    const std::string_view name = std::string_view(line).substr(0, equals);
    std::string* const value = name == "folder"  ? &memory.id
                               : name == "epoch" ? &memory.epoch
                               : name == "next"  ? &memory.next
                                                 : nullptr;
    if (value == nullptr || equals == line.size()) return damaged();
    *value = line.substr(equals + 1);
    if (!is_epoch(*value)) return damaged();
  }
  if (memory.epoch.empty() && memory.next.empty()) return damaged();
  // Before a database knew several folders, the folder of its only epoch was named after that.
  if (memory.id.empty()) memory.id = memory.epoch.empty() ? memory.next : memory.epoch;
  return memory;
}

Status EpochFile::advance(Site& site) { return advance(site, Trust::kOnlyIfTheyAgree); }

Status EpochFile::adopt(Site& site) { return advance(site, Trust::kBlindly); }

Status EpochFile::advance(Site& site, Trust trust) {
  std::error_code error;
  std::filesystem::create_directories(path_.parent_path(), error);
  const std::string lock_path = path_.string() + ".lock";
  const File lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (lock.fd() < 0) return failure(lock_path, "write");
  if (::flock(lock.fd(), LOCK_EX | LOCK_NB) != 0) {
    return Error{ErrorKind::kTransient, "state_busy",
                 "another instance is advancing the epoch in " + path_.parent_path().string()};
  }
  Result<Memory> memory = read();
  if (!memory) return std::move(memory).error();
  const auto record = site.record(memory->id);
  if (!record) return record.error();
  const auto objections = engine::folder_objections(*record, *memory);
  if (trust == Trust::kOnlyIfTheyAgree && !objections.empty()) {
    return Error{ErrorKind::kConfig, "guard", objections.front()};
  }
  memory->epoch = record->epoch.empty() ? memory->epoch : record->epoch;
  memory->next = new_epoch();
  if (memory->id.empty()) memory->id = new_epoch();
  if (Status begun = write(*memory); !begun) return begun;
  const Status advanced = record->epoch.empty()
                              ? site.join(memory->id, memory->next)
                              : site.advance_epoch(memory->id, record->epoch, memory->next);
  if (!advanced) return Error(advanced.error()).in("advancing the epoch");
  memory->epoch = std::move(memory->next);
  memory->next.clear();
  return write(*memory);
}

/// Into a new file, which then takes the old one's place: after a crash there is one or the other.
Status EpochFile::write(const Memory& memory) const {
  std::string text = "folder=" + memory.id + "\n";
  if (!memory.epoch.empty()) text += "epoch=" + memory.epoch + "\n";
  if (!memory.next.empty()) text += "next=" + memory.next + "\n";
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
