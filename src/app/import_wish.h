#pragma once

#include <filesystem>
#include <string>

namespace moodlesync::app {

/// Where `import-config` reads and where it writes.
struct ImportWish {
  std::string connection = {};  ///< Instead of the next four.
  std::string host = {};
  std::string port = {};
  std::string dbname = {};
  std::string user = {};
  std::filesystem::path password_file = {};
  std::string schema = "public";
  std::string prefix = {};
  std::filesystem::path output = {};      ///< Empty: standard output.
  std::filesystem::path token_file = {};  ///< Empty: the token is not written anywhere.
};

}  // namespace moodlesync::app
