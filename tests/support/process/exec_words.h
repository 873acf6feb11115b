#pragma once

#include <string>
#include <utility>
#include <vector>

namespace moodlesync::testsupport {

/// The words of a command line or of an environment as exec wants them.
///
/// To be made before the fork: a child of a process with several threads may not allocate, since
/// one of the threads that it does not have may have held the allocator's lock.
class ExecWords {
 public:
  explicit ExecWords(std::vector<std::string> words) : words_(std::move(words)) {
    pointers_.reserve(words_.size() + 1);
    for (std::string& word : words_) pointers_.push_back(word.data());
    pointers_.push_back(nullptr);
  }
  ExecWords(const ExecWords&) = delete;
  ExecWords& operator=(const ExecWords&) = delete;
  ~ExecWords() = default;
  /// Ends with a null pointer; lives as long as this object.
  [[nodiscard]] char* const* get() const { return pointers_.data(); }

 private:
  std::vector<std::string> words_;
  std::vector<char*> pointers_;
};

}  // namespace moodlesync::testsupport
