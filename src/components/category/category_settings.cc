#include "components/category/category_settings.h"

#include <limits>

#include "base/source_settings.h"

namespace moodlesync::category {

namespace {

CategorySource read_source(Section& section) {
  CategorySource source;
  source.spec = base::read_source(section, "category", "taxonomy_term", "vocabulary");
  source.name_path = base::wish(source.spec, section, "name_field", "name");
  source.description_path =
      base::wish(source.spec, section, "description_field", "field_description");
  // A term's parents are part of every vocabulary: nothing to configure.
  source.parent_path = base::wish_path(source.spec, "parent", "category", section, "vocabulary");
  source.idnumber_prefix = section.text("idnumber_prefix");
  const std::int64_t trash =
      section.number("trash_bin", 0, 1, std::numeric_limits<std::int64_t>::max());
  if (trash > 0) source.trash_bin = MoodleId{trash};
  if (source.name_path.empty()) section.fault("name_field", "must name a field");
  section.finish();
  return source;
}

}  // namespace

std::vector<CategorySource> read_sources(Section& settings) {
  std::vector<CategorySource> sources;
  std::vector<SourceSpec> named;
  for (Section& section : settings.sections("sources")) {
    sources.push_back(read_source(section));
    base::check_unique_name(named, sources.back().spec, section);
    named.push_back(sources.back().spec);
  }
  if (sources.empty()) settings.fault("sources", "must name at least one vocabulary");
  return sources;
}

}  // namespace moodlesync::category
