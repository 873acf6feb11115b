// What editors type: whatever it is, cleaning it gives valid UTF-8 that cleaning leaves alone.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/param_types.h"

namespace {

using namespace moodlesync::base;

void require(bool condition) {
  if (!condition) std::abort();
}

void clean(std::string_view text, Multilang multilang) {
  const std::string once = clean_text(text, multilang);
  require(clean_utf8(once) == once);
  require(clean_text(once, multilang) == once);
}

void convert(std::string_view text, ParamType type) {
  const auto once = to_param({.field = "field", .type = type, .max_length = 40}, text);
  if (!once) return;
  require(length_in_characters(*once) <= 40);
  const auto twice = to_param({.field = "field", .type = type, .max_length = 40}, *once);
  require(twice && *twice == *once);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = clean_utf8(std::string_view(reinterpret_cast<const char*>(data), size));
  require(clean_utf8(text) == text);
  clean(text, Multilang::kKeep);
  clean(text, Multilang::kRemove);
  for (const ParamType type : {ParamType::kInt, ParamType::kBool, ParamType::kRaw,
                               ParamType::kRawTrimmed, ParamType::kText, ParamType::kNoTags,
                               ParamType::kPlugin, ParamType::kSafeDir, ParamType::kAlphaNumExt}) {
    convert(text, type);
  }
  return 0;
}
