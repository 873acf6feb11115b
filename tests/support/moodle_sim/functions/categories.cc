// The declarations of the category functions, and core_course_get_categories (Moodle 5.1,
// course/externallib.php).
#include "support/moodle_sim/functions/categories.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string_view>

namespace moodlesync::sim {

namespace {

using Criteria = std::map<std::string, std::string>;

MoodleError criteria_error() {
  return moodle_exception("criteriaerror", "Missing permissions to search on a criterion.");
}

void check_criterion(const Context& context, const std::string& key) {
  static const std::set<std::string> kOpen = {"id", "ids", "name", "parent"};
  if (kOpen.contains(key)) return;
  if (key == "idnumber" || key == "theme") {
    if (!context.can("moodle/category:manage")) throw criteria_error();
    return;
  }
  if (key == "visible") {
    if (!context.can("moodle/category:viewhiddencategories")) throw criteria_error();
    return;
  }
  throw criteria_error();
}

/// The first of each key counts; Moodle ignores a repeated one.
Criteria read_criteria(const Context& context, const PhpValue& params) {
  Criteria criteria;
  for (const PhpValue& row : params.list("criteria")) {
    check_criterion(context, row.text("key"));
    criteria.try_emplace(row.text("key"), row.text("value"));
  }
  return criteria;
}

std::set<Id> split_ids(std::string_view text) {
  std::set<Id> ids;
  while (true) {
    const std::size_t comma = text.find(',');
    const auto id = canonical_number(text.substr(0, comma));
    if (!id) throw read_failed();
    ids.insert(*id);
    if (comma == std::string_view::npos) return ids;
    text.remove_prefix(comma + 1);
  }
}

bool matches(const Category& category, const std::string& key, const std::string& value) {
  if (key == "id") return category.id == loose_number(value);
  if (key == "ids") return split_ids(value).contains(category.id);
  if (key == "name") return category.name == value;
  if (key == "parent") return category.parent == loose_number(value);
  if (key == "idnumber") return category.idnumber && *category.idnumber == value;
  if (key == "visible") return category.visible == loose_number(value);
  return category.theme == value;
}

/// Where to look: the rows of the most selective criterion that an index serves.
std::set<Id> candidates(const Site& site, const Criteria& criteria) {
  if (const auto at = criteria.find("ids"); at != criteria.end()) return split_ids(at->second);
  if (const auto at = criteria.find("id"); at != criteria.end()) return {loose_number(at->second)};
  if (const auto at = criteria.find("idnumber"); at != criteria.end()) {
    return site.categories.with(Site::kCategoryIdnumber, at->second);
  }
  if (const auto at = criteria.find("parent"); at != criteria.end()) {
    return site.categories.with(Site::kCategoryParent, std::to_string(loose_number(at->second)));
  }
  std::set<Id> all;
  for (const auto& [id, category] : site.categories.all()) all.insert(id);
  return all;
}

void add_children(const Site& site, Id id, std::set<Id>& found) {
  for (const Id child : site.categories.with(Site::kCategoryParent, std::to_string(id))) {
    found.insert(child);
    add_children(site, child, found);
  }
}

std::set<Id> search(const Site& site, const Criteria& criteria, bool with_children) {
  std::set<Id> found;
  for (const Id id : candidates(site, criteria)) {
    const Category* category = site.categories.find(id);
    if (category == nullptr) continue;
    const bool fits = std::all_of(criteria.begin(), criteria.end(), [&](const auto& criterion) {
      return matches(*category, criterion.first, criterion.second);
    });
    if (fits) found.insert(id);
  }
  if (!with_children || criteria.empty()) return found;
  std::set<Id> all = found;
  for (const Id id : found) add_children(site, id, all);
  return all;
}

Json row_of(const Context& context, const Category& category) {
  const bool manage = context.can("moodle/category:manage");
  Json row = {{"id", category.id}, {"name", context.shown_name(category.name)}};
  if (manage) row["idnumber"] = category.idnumber ? Json(*category.idnumber) : Json(nullptr);
  row["description"] = context.shown_html(category.description);
  row["descriptionformat"] = category.descriptionformat;
  row["parent"] = category.parent;
  row["sortorder"] = context.site.sortorder_of(category);
  row["coursecount"] = category.coursecount;
  if (manage) {
    row["visible"] = category.visible;
    row["visibleold"] = category.visibleold;
    row["timemodified"] = category.timemodified;
  }
  row["depth"] = context.site.depth_of(category);
  row["path"] = context.site.path_of(category);
  if (manage) row["theme"] = category.theme;
  return row;
}

Params category_fields() {
  return {optional("idnumber", Type::kRaw), optional("description", Type::kRaw),
          with_default("descriptionformat", Type::kInt, "1"), optional("theme", Type::kTheme)};
}

Params with_fields(Params first) {
  for (Param& field : category_fields()) first.push_back(std::move(field));
  return first;
}

}  // namespace

Json get_categories(Context& context, const PhpValue& params) {
  const Criteria criteria = read_criteria(context, params);
  std::vector<std::pair<std::string, const Category*>> found;
  for (const Id id : search(context.site, criteria, params.flag("addsubcategories"))) {
    const Category* category = context.site.categories.find(id);
    if (category->visible == 0 && !context.can("moodle/category:viewhiddencategories")) continue;
    found.emplace_back(std::to_string(context.site.sortorder_of(*category)), category);
  }
  // An account that must do something else first may enter no category: they are left out silently.
  if (!context.settings.account_state.empty()) found.clear();
  // Moodle compares the numbers as text.
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  Json list = Json::array();
  for (const auto& [order, category] : found) list.push_back(row_of(context, *category));
  return list;
}

std::vector<Function> category_functions() {
  return {
      {"core_course_create_categories",
       {rows("categories", with_fields({required("name", Type::kText),
                                        with_default("parent", Type::kInt, "0")}))},
       create_categories},
      {"core_course_update_categories",
       {rows("categories", with_fields({required("id", Type::kInt), optional("name", Type::kText),
                                        optional("parent", Type::kInt)}))},
       update_categories},
      {"core_course_get_categories",
       {rows("criteria", {required("key", Type::kAlpha), required("value", Type::kRaw)},
             Param::Need::kDefault),
        with_default("addsubcategories", Type::kBool, "1")},
       get_categories},
  };
}

}  // namespace moodlesync::sim
