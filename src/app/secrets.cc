#include "app/secrets.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <utility>

#include "base/text.h"

namespace moodlesync::app {

namespace {

constexpr std::size_t kLongestSecret = 4096;
constexpr std::string_view kCredential = "credential:";

/// Without the newline that an editor leaves at the end of a file.
std::string without_final_newline(std::string text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

bool is_one_line(std::string_view secret) {
  return std::ranges::none_of(secret, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

/// Reads at most one byte more than a secret may have.
std::optional<std::string> read_start(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(kLongestSecret + 1, '\0');
  if (!in.read(text.data(), static_cast<std::streamsize>(text.size())) && !in.eof()) {
    return std::nullopt;
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

/// The value of `name=` in "host=x password='a b'"; quotes and backslashes as libpq reads them.
std::string keyword_value(std::string_view connection, std::string_view name) {
  std::size_t at = 0;
  const auto skip_blanks = [&] {
    while (at < connection.size() && base::trim(connection.substr(at, 1)).empty()) ++at;
  };
  while (at < connection.size()) {
    skip_blanks();
    const std::size_t equals = connection.find('=', at);
    if (equals == std::string_view::npos) return {};
    const std::string_view keyword = base::trim(connection.substr(at, equals - at));
    at = equals + 1;
    skip_blanks();
    const bool quoted = at < connection.size() && connection[at] == '\'';
    if (quoted) ++at;
    std::string value;
    for (; at < connection.size(); ++at) {
      const char c = connection[at];
      if (quoted ? c == '\'' : base::trim(connection.substr(at, 1)).empty()) break;
      if (c == '\\' && at + 1 < connection.size()) ++at;
      value += connection[at];
    }
    if (quoted) ++at;
    if (keyword == name) return value;
  }
  return {};
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const char* const digits = text.data() + i + 1;
    const bool escape = text[i] == '%' && i + 2 < text.size() &&
                        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    decoded += escape ? static_cast<char>(byte) : text[i];
    if (escape) i += 2;
  }
  return decoded;
}

}  // namespace

std::string password_in(std::string_view connection) {
  const std::size_t scheme = connection.find("://");
  if (scheme == std::string_view::npos) return keyword_value(connection, "password");
  const std::string_view rest = connection.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  const std::size_t at = authority.rfind('@');
  const std::string_view user = authority.substr(0, at == std::string_view::npos ? 0 : at);
  const std::size_t colon = user.find(':');
  if (colon != std::string_view::npos) return percent_decoded(user.substr(colon + 1));
  const std::size_t parameter = rest.find("password=");
  if (parameter == std::string_view::npos) return {};
  const std::string_view value = rest.substr(parameter + std::strlen("password="));
  return percent_decoded(value.substr(0, value.find('&')));
}

std::string Secrets::read(Section& section, const SettingsNode* node, const std::string& key) {
  std::string inline_text = section.text(key);
  const std::string file_key = key + "_file";
  if (inline_text.empty()) return read_file(section, file_key);
  if (!section.text(file_key).empty()) {
    section.fault(file_key, "and " + key + " are both set; one of them must go");
    return {};
  }
  const SettingsNode* entry = node == nullptr ? nullptr : node->find(key);
  if (entry == nullptr || !entry->from_environment) {
    section.fault(key,
                  "must not stand in the configuration itself: put it into a file and name "
                  "that as " +
                      file_key + ", or write ${NAME} for an environment variable");
    return {};
  }
  return inline_text;
}

std::optional<std::filesystem::path> Secrets::locate(Section& section, const std::string& key) {
  const std::string reference = section.text(key);
  if (reference.empty()) return std::nullopt;
  if (!reference.starts_with(kCredential)) return file_.parent_path() / reference;
  return credential(reference.substr(kCredential.size()));
}

std::filesystem::path Secrets::credential(const std::string& name) const {
  const auto directory = environment_("CREDENTIALS_DIRECTORY");
  if (directory && !directory->empty()) return std::filesystem::path(*directory) / name;
  const auto of_site = file_.parent_path() / (file_.stem().string() + "." + name);
  std::error_code ignored;
  return std::filesystem::exists(of_site, ignored) ? of_site : file_.parent_path() / name;
}

std::string Secrets::read_file(Section& section, const std::string& key) {
  const auto path = locate(section, key);
  if (!path) return {};
  struct stat status {};
  errno = 0;
  const bool there = ::stat(path->c_str(), &status) == 0;
  const auto text = there && S_ISREG(status.st_mode) ? read_start(*path) : std::nullopt;
  if (!text) {
    const std::string why = there && !S_ISREG(status.st_mode) ? "not a file" : std::strerror(errno);
    section.fault(key, "cannot be read: " + path->string() + ": " + why);
    return {};
  }
  if ((status.st_mode & S_IROTH) != 0) {
    report_.warnings.push_back({section.origin(key), path->string() +
                                                         " can be read by everyone on this "
                                                         "machine: chmod o-r it"});
  }
  std::string secret = without_final_newline(*text);
  if (!secret.empty() && secret.size() <= kLongestSecret && is_one_line(secret)) return secret;
  section.fault(key,
                path->string() +
                    (secret.empty() ? " is empty" : " must hold one line and nothing else") +
                    (secret.empty() && section.text(key).starts_with(kCredential)
                         ? ": systemd found no file to load it from (LoadCredential= of the unit)"
                         : ""));
  return {};
}

}  // namespace moodlesync::app
