// Cohort members, and the cohort look-ups that an operator may add to the service (Moodle 5.1,
// cohort/externallib.php, cohort/lib.php).
#include <algorithm>
#include <utility>

#include "support/moodle_sim/functions/cohorts.h"
#include "support/moodle_sim/functions/custom_fields.h"
#include "support/moodle_sim/text_filter.h"

namespace moodlesync::sim {

namespace {

Json member_warning(const char* code, std::string message) {
  return {{"warningcode", code}, {"message", std::move(message)}};
}

/// Everything that goes wrong inside becomes this one exception, and the call is undone.
MoodleError wrapped_error() { return untranslated_exception("cohort", "Error"); }

Id number_for_database(const std::string& value) {
  const std::optional<Id> id = canonical_number(value);
  if (!id) throw wrapped_error();
  return *id;
}

const Cohort* find_cohort(const Site& site, const PhpValue& by) {
  if (by.text("type") == "id") return site.cohorts.find(number_for_database(by.text("value")));
  return site.cohort_with_idnumber(by.text("value"));
}

const User* find_user(const Site& site, const PhpValue& by) {
  const User* user = by.text("type") == "id"
                         ? site.users.find(number_for_database(by.text("value")))
                         : site.user_with_username(by.text("value"));
  return user != nullptr && user->deleted == 0 ? user : nullptr;
}

std::string described(const PhpValue& by) { return by.text("type") + "=" + by.text("value"); }

/// A warning, or null when the member has been added.
Json add_one(const Context& context, const PhpValue& row) {
  const PhpValue& by_cohort = *row.find("cohorttype");
  const PhpValue& by_user = *row.find("usertype");
  const std::string& cohort_type = by_cohort.text("type");
  const std::string& user_type = by_user.text("type");
  if (cohort_type != "id" && cohort_type != "idnumber") {
    return member_warning("1", "invalid parameter: cohortype=" + cohort_type);  // Sic.
  }
  if (user_type != "id" && user_type != "username") {
    return member_warning("1", "invalid parameter: usertype=" + user_type);
  }
  const Cohort* cohort = find_cohort(context.site, by_cohort);
  if (cohort == nullptr) {
    return member_warning("2", "cohort " + described(by_cohort) + " not exists");
  }
  const User* user = find_user(context.site, by_user);
  if (user == nullptr) return member_warning("2", "user " + described(by_user) + " not exists");
  if (context.site.is_member(cohort->id, user->id)) {
    return member_warning("3", "record already exists: cohort(id=" + std::to_string(cohort->id) +
                                   " id=" + std::to_string(user->id) + ")");
  }
  const bool allowed = context.can("moodle/cohort:manage") || context.can("moodle/cohort:assign");
  if (!allowed || !context.settings.account_state.empty()) throw wrapped_error();
  context.site.cohort_members.insert({0, cohort->id, user->id});
  return nullptr;
}

void delete_one(const Context& context, const PhpValue& row) {
  const Id cohort = row.number("cohortid");
  const User* user = context.site.users.find(row.number("userid"));
  if (!context.site.cohorts.contains(cohort)) throw record_missing();
  if (user == nullptr || user->deleted != 0) throw user_missing();
  context.enter();
  if (!context.can("moodle/cohort:assign")) context.require("moodle/cohort:manage");
  const std::set<Id> held =
      context.site.cohort_members.with(Site::kPair, Site::pair_key(cohort, user->id));
  for (const Id member : held) context.site.cohort_members.erase(member);
}

Json cohort_row(const Context& context, const Cohort& cohort) {
  Json row = {{"id", cohort.id},
              {"name", context.shown_name(cohort.name)},
              {"idnumber", cohort.idnumber},
              {"description", context.shown_html(cohort.description)},
              {"descriptionformat", cohort.descriptionformat},
              {"visible", cohort.visible != 0},
              {"theme", cohort.theme}};
  if (context.settings.version != Version::k41) {
    row["customfields"] = custom_fields_of(context.settings.cohort_fields, cohort.customfields);
  }
  return row;
}

void require_view(const Context& context) {
  context.enter();
  if (!context.can("moodle/cohort:manage")) context.require("moodle/cohort:view");
}

/// The contexts to look in: a category's id, 0 for the system.
std::set<Id> searched_categories(const Context& context, const PhpValue& where,
                                 const std::string& includes) {
  constexpr Id kSystemContext = 1;
  const std::string& level = where.text("contextlevel");
  Id category = 0;
  if (level == "coursecat") {
    category = where.number("instanceid");
    if (!context.site.categories.contains(category)) throw invalid_parameter("Unknown context");
  } else if (level != "system" && where.number("contextid") != kSystemContext) {
    throw invalid_parameter("Missing or invalid context");
  }
  std::set<Id> categories = {category};
  if (includes != "parents") return categories;
  for (const Category* row = context.site.categories.find(category); row != nullptr;
       row = context.site.categories.find(row->parent)) {
    categories.insert(row->parent);
  }
  return categories;
}

bool mentions(const Cohort& cohort, const std::string& query) {
  for (const std::string* text : {&cohort.name, &cohort.idnumber, &cohort.description}) {
    if (to_lower(*text).find(query) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

Json add_cohort_members(Context& context, const PhpValue& params) {
  Site::Transaction transaction(context.site);
  Json warnings = Json::array();
  for (const PhpValue& row : params.list("members")) {
    Json warning = add_one(context, row);
    if (!warning.is_null()) warnings.push_back(std::move(warning));
  }
  transaction.commit();
  return {{"warnings", warnings}};
}

Json delete_cohort_members(Context& context, const PhpValue& params) {
  Site::Transaction transaction(context.site);
  for (const PhpValue& row : params.list("members")) delete_one(context, row);
  transaction.commit();
  return nullptr;
}

Json get_cohorts(Context& context, const PhpValue& params) {
  require_view(context);
  std::set<Id> wanted;
  for (const PhpValue& id : params.list("cohortids")) wanted.insert(id.as_number());
  Json list = Json::array();
  for (const auto& [id, cohort] : context.site.cohorts.all()) {
    if (wanted.empty() || wanted.contains(id)) list.push_back(cohort_row(context, cohort));
  }
  return list;
}

Json get_cohort_members(Context& context, const PhpValue& params) {
  Json list = Json::array();
  for (const PhpValue& cohort : params.list("cohortids")) {
    const Id id = cohort.as_number();
    if (!context.site.cohorts.contains(id)) throw record_missing();
    require_view(context);
    Json users = Json::array();
    for (const Id member : context.site.cohort_members.with(Site::kOwner, std::to_string(id))) {
      users.push_back(context.site.cohort_members.find(member)->user);
    }
    list.push_back({{"cohortid", id}, {"userids", users}});
  }
  return list;
}

Json search_cohorts(Context& context, const PhpValue& params) {
  const std::string& includes = params.text("includes");
  const std::set<Id> categories = searched_categories(context, *params.find("context"), includes);
  require_view(context);
  if (includes != "self" && includes != "parents" && includes != "all") {
    throw coding_error("Invalid parameter value for 'includes'.");
  }
  const std::string query = to_lower(params.text("query"));
  std::vector<const Cohort*> found;
  for (const auto& [id, cohort] : context.site.cohorts.all()) {
    const bool in_place = includes == "all" || categories.contains(cohort.category);
    if (in_place && mentions(cohort, query)) found.push_back(&cohort);
  }
  std::sort(found.begin(), found.end(), [](const Cohort* a, const Cohort* b) {
    return std::pair(a->name, a->idnumber) < std::pair(b->name, b->idnumber);
  });
  Json list = Json::array();
  const Id from = params.number("limitfrom");
  const Id number = params.number("limitnum");
  for (Id i = from; i < static_cast<Id>(found.size()); ++i) {
    if (number != 0 && i >= from + number) break;
    list.push_back(cohort_row(context, *found[static_cast<std::size_t>(i)]));
  }
  return {{"cohorts", list}};
}

}  // namespace moodlesync::sim
