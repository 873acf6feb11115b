// What the daemon reads from Drupal's config table is bytes that somebody else wrote: whatever they
// are, the reader answers with a value or an error and touches nothing outside of them.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "drupal/postgres/php_serialize.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // libFuzzer speaks in bytes, the reader in characters.
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto value = moodlesync::postgres::parse_php(bytes, {.bytes = 1U << 20U, .depth = 64});
  if (value) {
    static_cast<void>(value->as_text());
    static_cast<void>(value->at({"settings", "target_type"}));
  }
  return 0;
}
