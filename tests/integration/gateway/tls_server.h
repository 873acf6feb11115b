#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace moodlesync::moodle {

/// An https server on loopback that answers every POST with `[1]`, with a certificate of its own
/// making, which is its own authority.
///
/// Lifetime: the destructor stops it and removes its files. Threads: any.
class TlsServer {
 public:
  /// Of its certificate.
  enum class Validity { kNow, kExpired, kNotYet };
  /// `subject_alt_name` as OpenSSL writes it: "IP:127.0.0.1", "DNS:other.test".
  explicit TlsServer(const std::string& subject_alt_name, Validity validity = Validity::kNow);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string ca_file() const;
  [[nodiscard]] int requests() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace moodlesync::moodle
