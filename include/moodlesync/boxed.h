#pragma once

#include <memory>
#include <utility>

namespace moodlesync {

/// A value that is mostly missing: while it is, it takes the room of a pointer. Copied with what it
/// holds; else used like std::optional.
template <class T>
class Boxed {
 public:
  Boxed() = default;
  Boxed(T value) : held_(std::make_unique<T>(std::move(value))) {}
  Boxed(const Boxed& other) : held_(other ? std::make_unique<T>(*other) : nullptr) {}
  Boxed(Boxed&& other) noexcept = default;
  Boxed& operator=(const Boxed& other) {
    Boxed copy(other);
    held_ = std::move(copy.held_);
    return *this;
  }
  Boxed& operator=(Boxed&& other) noexcept = default;
  ~Boxed() = default;

  explicit operator bool() const { return held_ != nullptr; }
  /// Requires: there is one.
  [[nodiscard]] T& operator*() { return *held_; }
  [[nodiscard]] const T& operator*() const { return *held_; }
  [[nodiscard]] T* operator->() { return held_.get(); }
  [[nodiscard]] const T* operator->() const { return held_.get(); }

 private:
  std::unique_ptr<T> held_;
};

}  // namespace moodlesync
