#include "components/cohorts/cohorts_settings.h"

#include <limits>

#include "base/source_settings.h"
#include "base/text.h"
#include "components/cohorts/memberships.h"

namespace moodlesync::cohorts {

namespace {

std::optional<MoodleId> read_category(Section& section) {
  const std::string text = section.text("category", "system");
  if (text == "system") return std::nullopt;
  const auto number = base::parse_int(text);
  if (number && *number > 0) return MoodleId{*number};
  section.fault("category", "must be system or the id of a Moodle course category");
  return std::nullopt;
}

CohortSource::Visible read_visible(Section& section) {
  const std::string word =
      section.choice("visible", "moodle", {"moodle", "always", "never", "published"});
  if (word == "always") return CohortSource::Visible::kAlways;
  if (word == "never") return CohortSource::Visible::kNever;
  if (word == "published") return CohortSource::Visible::kWhenPublished;
  return CohortSource::Visible::kLeftToMoodle;
}

CohortSource read_cohort_source(Section& section) {
  CohortSource source;
  source.spec = base::read_source(section, "cohorts", "taxonomy_term", "vocabulary");
  source.name_path = base::wish(source.spec, section, "name_field", "name");
  source.description_path = base::wish(source.spec, section, "description_field", "description");
  source.category = read_category(section);
  source.visible = read_visible(section);
  source.deletes = section.choice("delete", "delete", {"delete", "nothing"}) == "delete";
  source.idnumber_prefix = section.text("idnumber_prefix");
  if (source.name_path.empty()) section.fault("name_field", "must name a field");
  section.finish();
  return source;
}

MemberSource read_member_source(Section& section) {
  MemberSource source;
  source.spec.component = "cohorts";
  source.spec.entity_type = "user";
  source.spec.name = section.text("name", "members");
  source.spec.moodle_id_field = section.text("moodle_id_field", source.spec.moodle_id_field);
  source.spec.gives_moodle_id = false;
  source.spec.counted_keys = kMembershipKeys;
  source.spec.origin = section.origin("field");
  source.path = base::wish(source.spec, section, "field", {}, "cohorts");
  if (!section.has("field")) {
    section.fault("field",
                  "is missing: the field of the user, or profile:TYPE:field, that refers "
                  "to the terms");
  }
  // A profile's save concerns its user; its values are read by the path.
  for (const FieldWish& wish : source.spec.fields) {
    if (wish.path.profile.empty()) continue;
    source.spec.owned.push_back({"profile", wish.path.profile, {}, wish.origin});
  }
  base::wish_path(source.spec, "id", "users", section, "field");
  section.finish();
  return source;
}

}  // namespace

CohortsSettings read_settings(Section& settings) {
  CohortsSettings read;
  std::vector<SourceSpec> named;
  for (Section& section : settings.sections("cohorts")) {
    read.cohorts.push_back(read_cohort_source(section));
    base::check_unique_name(named, read.cohorts.back().spec, section);
    named.push_back(read.cohorts.back().spec);
  }
  for (Section& section : settings.sections("members")) {
    read.members.push_back(read_member_source(section));
    base::check_unique_name(named, read.members.back().spec, section);
    named.push_back(read.members.back().spec);
  }
  if (named.empty()) settings.fault("cohorts", "must name at least one vocabulary");
  return read;
}

}  // namespace moodlesync::cohorts
