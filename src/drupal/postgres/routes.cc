#include "drupal/postgres/routes.h"

namespace moodlesync::postgres {

Routes::Routes(std::span<const SourceSpec> sources) {
  for (const SourceSpec& source : sources) {
    add(source, source.entity_type, source.bundle, "");
    for (const OwnedSpec& owned : source.owned) {
      add(source, owned.entity_type, owned.bundle, source.entity_type);
    }
  }
}

void Routes::add(const SourceSpec& source, std::string_view entity_type, std::string_view bundle,
                 std::string_view owner_type) {
  entity_types_.emplace_back(entity_type);
  bundles_.emplace_back(bundle);
  components_.push_back(source.component);
  sources_.push_back(source.name);
  owner_types_.emplace_back(owner_type);
}

Params Routes::params() const {
  return {entity_types_, bundles_, components_, sources_, owner_types_};
}

std::string Routes::table(int first) {
  std::string arrays;
  for (int i = first; i < first + 5; ++i) {
    arrays += (i == first ? "$" : ", $") + std::to_string(i) + "::text[]";
  }
  return "unnest(" + arrays + ") AS r(entity_type, bundle, component, source, owner_type)";
}

}  // namespace moodlesync::postgres
