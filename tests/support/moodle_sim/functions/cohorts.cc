// core_cohort_create_cohorts, _update_cohorts and _delete_cohorts, all or nothing, and the
// declarations of the cohort functions (Moodle 5.1, cohort/externallib.php).
#include "support/moodle_sim/functions/cohorts.h"

#include <utility>

#include "support/moodle_sim/functions/custom_fields.h"
#include "support/moodle_sim/text_filter.h"

namespace moodlesync::sim {

namespace {

/// The category a cohort belongs to; 0 for the system.
Id category_of(const Context& context, const PhpValue& type_and_value) {
  const std::string& type = type_and_value.text("type");
  const std::string& value = type_and_value.text("value");
  if (type == "system") return 0;
  if (type == "id") {
    const std::optional<Id> id = canonical_number(value);
    if (!id) throw read_failed();  // The database refuses to compare.
    if (context.site.categories.contains(*id)) return *id;
  } else if (type == "idnumber") {
    const Category* category = context.site.category_with_idnumber(value);
    if (category != nullptr && category->idnumber) return category->id;
  } else {
    throw invalid_parameter("category type must be id, idnumber or system:" + type);
  }
  throw invalid_parameter("category not exists: category=" + value);
}

void check_columns(const Cohort& cohort) {
  check_length(cohort.name, 254, "name");
  check_length(cohort.idnumber, 100, "idnumber");
}

void take_fields(const Context& context, const PhpValue& row, Cohort& cohort) {
  cohort.name = row.text("name");
  cohort.idnumber = row.text("idnumber");
  if (row.has("description")) cohort.description = row.text("description");
  if (row.has("visible")) cohort.visible = row.number("visible");
  for (const PhpValue& field : row.list("customfields")) {
    set_custom_field(context.settings.cohort_fields, field, cohort.customfields);
  }
}

Json create_one(const Context& context, const PhpValue& row) {
  Cohort cohort;
  cohort.category = category_of(context, *row.find("categorytype"));
  // The empty idnumber counts too.
  if (context.site.cohort_with_idnumber(row.text("idnumber")) != nullptr) {
    throw invalid_parameter("record already exists: idnumber=" + row.text("idnumber"));
  }
  context.enter();
  context.require("moodle/cohort:manage");
  cohort.descriptionformat = row.number("descriptionformat");
  Context::check_format(cohort.descriptionformat);
  take_fields(context, row, cohort);
  check_columns(cohort);
  const Id id = context.site.cohorts.insert(cohort);
  const bool escapes = context.settings.version == Version::k51;
  return {{"id", id},
          {"name", escapes ? context.shown_name(cohort.name) : cohort.name},
          {"idnumber", cohort.idnumber},
          {"description", context.shown_html(cohort.description)},
          {"descriptionformat", cohort.descriptionformat},
          {"visible", cohort.visible != 0},
          {"theme", cohort.theme}};
}

void update_one(const Context& context, const PhpValue& row) {
  if (trim(row.text("name")).empty()) throw invalid_parameter("Invalid cohort name");
  const Cohort* old = context.site.cohorts.find(row.number("id"));
  if (old == nullptr) throw record_missing();
  context.enter();
  context.require("moodle/cohort:manage");
  Cohort cohort = *old;
  cohort.category = category_of(context, *row.find("categorytype"));
  if (!row.text("description").empty()) Context::check_format(row.number("descriptionformat"));
  cohort.descriptionformat = row.number("descriptionformat");
  take_fields(context, row, cohort);  // No look at the idnumber: two cohorts may end with one.
  check_columns(cohort);
  context.site.cohorts.update(std::move(cohort));
}

void delete_one(const Context& context, Id id) {
  if (!context.site.cohorts.contains(id)) throw record_missing();
  context.enter();
  context.require("moodle/cohort:manage");
  const std::set<Id> members = context.site.cohort_members.with(Site::kOwner, std::to_string(id));
  for (const Id member : members) context.site.cohort_members.erase(member);
  context.site.cohorts.erase(id);
}

Params cohort_fields(Params first, Param::Need visible_need) {
  Params fields = std::move(first);
  fields.push_back(
      structure("categorytype", {required("type", Type::kText), required("value", Type::kRaw)}));
  fields.push_back(required("name", Type::kRaw));
  fields.push_back(required("idnumber", Type::kRaw));
  fields.push_back(optional("description", Type::kRaw));
  fields.push_back(with_default("descriptionformat", Type::kInt, "1"));
  Param visible = with_default("visible", Type::kBool, "1");
  visible.need = visible_need;
  fields.push_back(std::move(visible));
  fields.push_back(optional("theme", Type::kTheme));
  fields.push_back(rows("customfields",
                        {required("shortname", Type::kAlphaNumExt), required("value", Type::kRaw)},
                        Param::Need::kOptional));
  return fields;
}

Params member_fields() {
  return {
      structure("cohorttype",
                {required("type", Type::kAlphaNumExt), required("value", Type::kRaw)}),
      structure("usertype", {required("type", Type::kAlphaNumExt), required("value", Type::kRaw)})};
}

}  // namespace

Json create_cohorts(Context& context, const PhpValue& params) {
  Site::Transaction transaction(context.site);
  Json created = Json::array();
  for (const PhpValue& row : params.list("cohorts")) created.push_back(create_one(context, row));
  transaction.commit();
  return created;
}

Json update_cohorts(Context& context, const PhpValue& params) {
  Site::Transaction transaction(context.site);
  for (const PhpValue& row : params.list("cohorts")) update_one(context, row);
  transaction.commit();
  return nullptr;
}

Json delete_cohorts(Context& context, const PhpValue& params) {
  Site::Transaction transaction(context.site);
  for (const PhpValue& id : params.list("cohortids")) delete_one(context, id.as_number());
  transaction.commit();
  return nullptr;
}

std::vector<Function> cohort_functions() {
  return {
      {"core_cohort_add_cohort_members", {rows("members", member_fields())}, add_cohort_members},
      {"core_cohort_create_cohorts",
       {rows("cohorts", cohort_fields({}, Param::Need::kDefault))},
       create_cohorts},
      {"core_cohort_delete_cohorts", {values("cohortids", Type::kInt)}, delete_cohorts},
      {"core_cohort_delete_cohort_members",
       {rows("members", {required("cohortid", Type::kInt), required("userid", Type::kInt)})},
       delete_cohort_members},
      {"core_cohort_update_cohorts",
       {rows("cohorts", cohort_fields({required("id", Type::kInt)}, Param::Need::kOptional))},
       update_cohorts},
      {"core_cohort_get_cohorts",
       {values("cohortids", Type::kInt, Param::Need::kDefault)},
       get_cohorts},
      {"core_cohort_get_cohort_members", {values("cohortids", Type::kInt)}, get_cohort_members},
      {"core_cohort_search_cohorts",
       {required("query", Type::kRaw),
        structure("context",
                  {optional("contextid", Type::kInt), optional("contextlevel", Type::kAlpha),
                   optional("instanceid", Type::kInt)}),
        with_default("includes", Type::kAlpha, "parents"),
        with_default("limitfrom", Type::kInt, "0"), with_default("limitnum", Type::kInt, "25")},
       search_cohorts},
  };
}

}  // namespace moodlesync::sim
