#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

namespace moodlesync::base {

/// The one of a component's sources, each with its settings around a `spec`, that has this name;
/// nullptr when the configuration has none. Lifetime: points into `sources`.
template <class Source>
[[nodiscard]] const Source* source_named(const std::vector<Source>& sources,
                                         std::string_view name) {
  const auto found = std::ranges::find_if(
      sources, [name](const Source& source) { return source.spec.name == name; });
  return found == sources.end() ? nullptr : &*found;
}

}  // namespace moodlesync::base
