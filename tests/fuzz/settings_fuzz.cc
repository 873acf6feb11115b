// The configuration file: whatever it holds, reading it ends in settings or in faults.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "app/settings.h"
#include "components/registry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace moodlesync;
  static const std::vector<ComponentKind> kKinds = all_components();
  static const app::Environment kEnvironment =
      [](const std::string& name) -> std::optional<std::string> {
    return name == "TOKEN" ? std::optional<std::string>("0123456789abcdef") : std::nullopt;
  };
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const app::LoadedSettings loaded =
      app::read_settings(text, "/nonexistent/fuzz.yaml", kKinds, kEnvironment);
  if (loaded.settings.has_value() != loaded.report.faults.empty()) std::abort();
  return 0;
}
