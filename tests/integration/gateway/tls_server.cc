#include "tls_server.h"

#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace moodlesync::moodle {

namespace {

template <auto kFree>
struct Freed {
  template <class T>
  void operator()(T* thing) const {
    kFree(thing);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;

void add_extension(X509* certificate, int id, const std::string& value) {
  const Extension extension(X509V3_EXT_conf_nid(nullptr, nullptr, id, value.c_str()));
  X509_add_ext(certificate, extension.get(), -1);
}

Certificate self_signed(EVP_PKEY* key, const std::string& subject_alt_name,
                        TlsServer::Validity validity) {
  constexpr long kDay = 24L * 3600;
  long begin = -kDay;
  if (validity == TlsServer::Validity::kExpired) begin = -3 * kDay;
  if (validity == TlsServer::Validity::kNotYet) begin = kDay;
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), begin);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), begin + 2 * kDay);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  constexpr std::string_view kName = "moodle-syncd test";
  std::string bytes(kName);
  X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                             reinterpret_cast<unsigned char*>(bytes.data()),
                             static_cast<int>(bytes.size()), -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate.get(), NID_subject_alt_name, subject_alt_name);
  X509_sign(certificate.get(), key, EVP_sha256());
  return certificate;
}

std::filesystem::path new_folder() {
  std::string path = (std::filesystem::temp_directory_path() / "moodle-syncd-tls-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) std::abort();
  return path;
}

void write_pem(const std::filesystem::path& path, X509* certificate) {
  const std::unique_ptr<std::FILE, Freed<std::fclose>> file(std::fopen(path.c_str(), "w"));
  if (!file || PEM_write_X509(file.get(), certificate) != 1) std::abort();
}

}  // namespace

class TlsServer::Impl {
 public:
  Impl(const std::string& subject_alt_name, Validity validity)
      : key_(EVP_EC_gen("P-256")),
        certificate_(self_signed(key_.get(), subject_alt_name, validity)),
        folder_(new_folder()),
        server_(certificate_.get(), key_.get()) {
    write_pem(folder_ / "ca.pem", certificate_.get());
    server_.Post(".*", [this](const httplib::Request&, httplib::Response& response) {
      ++requests_;
      response.set_content("[1]", "application/json");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    // stop() does nothing before it runs.
    while (!server_.is_running()) std::this_thread::yield();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    server_.stop();
    thread_.join();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  Key key_;
  Certificate certificate_;
  std::filesystem::path folder_;
  httplib::SSLServer server_;
  std::atomic<int> requests_ = 0;
  int port_ = 0;
  std::thread thread_;
};

TlsServer::TlsServer(const std::string& subject_alt_name, Validity validity)
    : impl_(std::make_unique<Impl>(subject_alt_name, validity)) {}

TlsServer::~TlsServer() = default;

std::string TlsServer::url() const { return "https://127.0.0.1:" + std::to_string(impl_->port_); }

std::string TlsServer::ca_file() const { return impl_->folder_ / "ca.pem"; }

int TlsServer::requests() const { return impl_->requests_; }

}  // namespace moodlesync::moodle
