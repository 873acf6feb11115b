#include "drupal/postgres/read_plan.h"

#include <algorithm>

#include "base/text.h"
#include "drupal/postgres/part_builder.h"

namespace moodlesync::postgres {

namespace {

constexpr std::string_view kDefaultMoodleIdField = "field_moodle_id";
/// Of a list: what its value is called on the site.
constexpr std::string_view kLabelColumn = "label";

std::string described(std::string_view type, std::string_view bundle) {
  return std::string(type) + (bundle.empty() || bundle == type ? "" : " " + std::string(bundle));
}

/// "; did you mean 'x'?" or "; there are: a, b, c".
std::string advice(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string_view near = base::nearest(word, candidates);
  if (!near.empty()) return "; did you mean '" + std::string(near) + "'?";
  if (candidates.empty()) return "; there is none";
  std::string text = "; there are: ";
  for (const std::string& candidate : candidates) {
    if (!text.ends_with(' ')) text += ", ";
    text += candidate;
  }
  return text;
}

std::vector<std::string> keys_of(const std::map<std::string, std::string, std::less<>>& map) {
  std::vector<std::string> keys;
  keys.reserve(map.size());
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

template <class Values>
std::vector<std::string> names_of(const Values& values) {
  return {values.begin(), values.end()};
}

}  // namespace

const EntityLayout* ReadPlanner::layout_for(std::string_view type, std::string_view bundle,
                                            const Origin& origin) {
  const EntityLayout* layout = find_layout(type);
  if (layout == nullptr || !schema_.has_table(layout->base)) {
    std::vector<std::string> types;
    for (const EntityLayout& known : entity_layouts()) {
      if (schema_.has_table(known.base)) types.emplace_back(known.type);
    }
    fault(origin, "the site has no entity type '" + std::string(type) + "' that we can read" +
                      advice(type, types));
    return nullptr;
  }
  const auto& bundles = schema_.bundles(type);
  if (layout->bundle.empty() || bundle.empty() || bundles.contains(bundle)) return layout;
  fault(origin, "there is no " + std::string(type) + " bundle '" + std::string(bundle) + "'" +
                    advice(bundle, names_of(bundles)));
  return nullptr;
}

void ReadPlanner::check_moodle_id_field(const SourceSpec& source) {
  const EntityLayout& layout = *find_layout(source.entity_type);
  const std::string_view bundle =
      layout.bundle.empty() ? layout.only_bundle : std::string_view(source.bundle);
  const SchemaField* field = schema_.field(source.entity_type, bundle, source.moodle_id_field);
  const std::string where = described(source.entity_type, source.bundle);
  if (field == nullptr) {
    const bool elsewhere = schema_.field(source.entity_type, "", source.moodle_id_field) != nullptr;
    fault(source.origin, where + " has no field '" + source.moodle_id_field +
                             "' to hold Moodle's id" +
                             (elsewhere ? "; it exists on other bundles: add it to this one"
                                        : "; add a text field of that name, or name another one"));
  } else if (!field->dedicated || !field->columns.contains("value")) {
    fault(source.origin, "field '" + source.moodle_id_field + "' of " + where +
                             " cannot hold Moodle's id; use a plain text or number field");
  }
}

SourceRead ReadPlanner::plan(const SourceSpec& source) {
  SourceRead read;
  const EntityLayout* layout = layout_for(source.entity_type, source.bundle, source.origin);
  if (layout == nullptr) return read;
  PartBuilder own(*layout, source.bundle);
  std::vector<PartBuilder> profiles;
  if (!source.moodle_id_field.empty()) {
    check_moodle_id_field(source);
    const SchemaField* field =
        schema_.field(source.entity_type, own.field_bundle(), source.moodle_id_field);
    if (field != nullptr && field->columns.contains("value")) {
      own.add(*field, "value", {.path = std::string(kMoodleIdPath)});
    }
  }
  for (const FieldWish& wish : source.fields) {
    const bool of_profile = !wish.path.profile.empty();
    PartBuilder* part = of_profile ? profile_for(profiles, source, wish) : &own;
    if (part != nullptr) add_wish(*part, wish);
  }
  read.own = own.finish(names_, {});
  for (const PartBuilder& profile : profiles) {
    read.profiles.push_back(profile.finish(names_, {PartOf::Kind::kDefaultProfile}));
  }
  for (const OwnedSpec& owned : source.owned) add_owned(read, source, owned);
  return read;
}

void ReadPlanner::add_owned(SourceRead& read, const SourceSpec& source, const OwnedSpec& owned) {
  const EntityLayout* layout = layout_for(owned.entity_type, owned.bundle, owned.origin);
  if (layout == nullptr) return;
  const bool of_any_type = layout->owner_type.empty() && !layout->owner_type_column.empty();
  if (!of_any_type && layout->owner_type != source.entity_type) {
    fault(owned.origin, described(owned.entity_type, owned.bundle) + " does not belong to " +
                            described(source.entity_type, source.bundle));
    return;
  }
  if (owned.fields.empty()) return;  // Only captured.
  PartBuilder part(*layout, owned.bundle);
  part.set_status(status_by_state(*layout));
  for (const FieldWish& wish : owned.fields) add_wish(part, wish);
  read.owned.push_back(part.finish(names_, {PartOf::Kind::kOwned, source.entity_type}));
}

/// 0 in a state that its workflow does not call active; empty where no workflow says anything.
std::string ReadPlanner::status_by_state(const EntityLayout& layout) const {
  const auto& inactive = schema_.inactive_states();
  const bool has_states = !layout.state.empty() && !inactive.empty() &&
                          schema_.field(layout.type, "", layout.state) != nullptr &&
                          schema_.field(layout.type, "", layout.workflow) != nullptr;
  if (!has_states) return {};
  std::string pairs;
  for (const auto& [workflow, state] : inactive) {
    pairs +=
        (pairs.empty() ? "(" : ", (") + quote_literal(workflow) + ", " + quote_literal(state) + ")";
  }
  return "CASE WHEN (" + base_column("b", layout.workflow, "") + ", " +
         base_column("b", layout.state, "") + ") IN (" + pairs + ") THEN 0 ELSE 1 END";
}

PartBuilder* ReadPlanner::profile_for(std::vector<PartBuilder>& profiles, const SourceSpec& source,
                                      const FieldWish& wish) {
  const std::string& type = wish.path.profile;
  for (PartBuilder& known : profiles) {
    if (known.bundle() == type) return &known;
  }
  if (source.entity_type != "user") {
    fault(wish.origin, "'" + to_string(wish.path) + "': only users have profiles, not " +
                           described(source.entity_type, source.bundle));
    return nullptr;
  }
  const EntityLayout* layout = layout_for("profile", type, wish.origin);
  return layout == nullptr ? nullptr : &profiles.emplace_back(*layout, type);
}

void ReadPlanner::no_such_field(const PartBuilder& part, const FieldWish& wish) {
  const std::string_view type = part.layout().type;
  const std::string where = described(type, part.field_bundle());
  if (schema_.field(type, "", wish.path.field) != nullptr) {
    fault(wish.origin, "field '" + wish.path.field + "' exists, but not on " + where);
    return;
  }
  fault(wish.origin, where + " has no field '" + wish.path.field + "'" +
                         advice(wish.path.field, schema_.field_names(type, part.field_bundle())));
}

void ReadPlanner::no_such_column(const SchemaField& field, const FieldWish& wish) {
  const std::string& column = wish.path.column;
  const std::string what =
      column.empty() ? "field '" + field.name + "' needs a column, as in " + field.name + ":" +
                           (field.columns.empty() ? "value" : field.columns.begin()->first)
                     : "field '" + field.name + "' has no column '" + column + "'";
  fault(wish.origin, what + advice(column, keys_of(field.columns)));
}

void ReadPlanner::add_wish(PartBuilder& part, const FieldWish& wish) {
  const std::string path = to_string(wish.path);
  if (wish.path.field == "id" && wish.path.column.empty()) return part.add_id(path);
  const SchemaField* field =
      schema_.field(part.layout().type, part.field_bundle(), wish.path.field);
  if (field == nullptr) return no_such_field(part, wish);
  const bool labelled = wish.path.column == kLabelColumn && field->type.starts_with("list_");
  const bool named = !wish.path.column.empty() && !labelled;
  const std::string property = named ? wish.path.column : std::string(field->main_property());
  if (!field->columns.contains(property)) return no_such_column(*field, wish);
  ValueRead value{.path = path, .encoding = encoding_of(*field, property, named)};
  if (labelled) {
    value.labels = field->labels;
    value.encoding = Encoding::kText;
  }
  const bool reference = encoding_of(*field, property, false) == Encoding::kReference;
  if (!reference && !wish.counterpart_of.empty()) {
    fault(wish.origin, "field '" + field->name + "' is no reference to an entity");
    return;
  }
  if (reference && (!named || !wish.counterpart_of.empty())) {
    value.target_type = field->target_type;
    value.skip_zero = field->target_type == "taxonomy_term";
  }
  part.add(*field, property, std::move(value));
}

TargetRead ReadPlanner::target(const EntityLayout& layout) const {
  // The sources say which field holds the id; where none does, the usual one.
  std::map<std::string, std::string, std::less<>> field_of_bundle = {
      {"", std::string(kDefaultMoodleIdField)}};
  for (const SourceSpec& source : sources_) {
    if (source.entity_type != layout.type || source.moodle_id_field.empty()) continue;
    field_of_bundle[source.bundle] = source.moodle_id_field;
  }
  const std::string id = base_column("b", layout.id, "");
  const std::string_view fields = layout.is_translatable() ? "d" : "b";
  TargetRead read;
  read.sql = "SELECT " + id + ", " +
             base_column("b", layout.bundle, quote_literal(layout.only_bundle)) + ", " +
             base_column(fields, layout.label, "''");
  int column = 3;
  for (const auto& [bundle, name] : field_of_bundle) {
    const SchemaField* field = schema_.field(layout.type, "", name);
    if (field == nullptr || !field->dedicated || !field->columns.contains("value")) continue;
    read.sql += ", (SELECT f." + quote_identifier(field->columns.at("value")) + "::text FROM " +
                names_.drupal(field->table) + " f WHERE f.entity_id = " + id +
                " AND f.deleted = 0" +
                (layout.langcode.empty() ? "" : " AND f.langcode = b.langcode") +
                " ORDER BY f.delta LIMIT 1)";
    read.moodle_id_columns[bundle] = column++;
  }
  read.sql += " FROM " + from_wanted(layout, names_);
  return read;
}

}  // namespace moodlesync::postgres
