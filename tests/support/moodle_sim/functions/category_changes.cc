// core_course_create_categories and core_course_update_categories (Moodle 5.1,
// course/externallib.php, course/classes/category.php). Both are all or nothing.
#include "support/moodle_sim/functions/categories.h"
#include "support/moodle_sim/text_filter.h"

namespace moodlesync::sim {

namespace {

constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxIdnumber = 100;

void check_name(const std::string& name) {
  if (name.empty() || name == "0") {
    throw moodle_exception("categorynamerequired", "Category name is required");
  }
  if (character_count(name) > kMaxName) {
    throw moodle_exception("categorytoolong", "Category name too long");
  }
}

void check_idnumber(const Context& context, const std::string& idnumber, Id own) {
  if (character_count(idnumber) > kMaxIdnumber) {
    throw moodle_exception("idnumbertoolong", "ID number is too long");
  }
  if (idnumber.empty()) return;
  const Category* holder = context.site.category_with_idnumber(idnumber);
  if (holder != nullptr && holder->id != own) {
    throw moodle_exception("categoryidnumbertaken",
                           "ID number is already used for another category");
  }
}

Json create_one(Context& context, const PhpValue& row) {
  Category category;
  category.parent = row.number("parent");
  if (category.parent != 0 && !context.site.categories.contains(category.parent)) {
    throw moodle_exception("unknowcategory", "Category not known!");
  }
  context.enter();
  context.require("moodle/category:manage");
  category.descriptionformat = row.number("descriptionformat");
  Context::check_format(category.descriptionformat);
  category.name = row.text("name");
  check_name(category.name);
  if (row.has("idnumber")) {
    check_idnumber(context, row.text("idnumber"), 0);
    category.idnumber = row.text("idnumber");
  }
  category.description = row.text("description");
  category.timemodified = context.now();
  const std::string name = context.shown_name(category.name);
  return {{"id", context.site.add_category(std::move(category))}, {"name", name}};
}

void change_parent(const Context& context, const Category& category, Id parent) {
  if (parent != 0 && !context.site.categories.contains(parent)) throw record_missing();
  if (parent != 0 && context.site.is_below(parent, category.id)) {
    throw moodle_exception("cannotmovecategory", "Cannot move category");
  }
  context.site.move_category(category.id, parent);
}

void update_one(const Context& context, const PhpValue& row) {
  const Id id = row.number("id");
  const Category* found = context.site.categories.find(id);
  if (found == nullptr) {
    throw moodle_exception("unknowncategory", "Unknown category with category ID number \"" +
                                                  std::to_string(id) + "\"");
  }
  if (found->visible == 0 && !context.can("moodle/category:viewhiddencategories")) {
    throw moodle_exception("cannotviewcategory", "You don't have permission to view this category");
  }
  context.enter();
  context.require("moodle/category:manage");
  Context::check_format(row.number("descriptionformat"));

  Category category = *found;
  if (row.has("name")) {
    category.name = row.text("name");
    check_name(category.name);
  }
  if (row.has("idnumber")) {
    check_idnumber(context, row.text("idnumber"), id);
    category.idnumber = row.text("idnumber");
  }
  if (row.has("description")) category.description = row.text("description");
  category.descriptionformat = row.number("descriptionformat");
  category.timemodified = context.now();
  context.site.categories.update(category);
  const Id parent = row.number("parent", category.parent);
  if (parent != category.parent) change_parent(context, category, parent);
}

}  // namespace

Json create_categories(Context& context, const PhpValue& params) {
  Site::Transaction transaction(context.site);
  Json created = Json::array();
  for (const PhpValue& row : params.list("categories")) created.push_back(create_one(context, row));
  transaction.commit();
  return created;
}

Json update_categories(Context& context, const PhpValue& params) {
  Site::Transaction transaction(context.site);
  for (const PhpValue& row : params.list("categories")) update_one(context, row);
  transaction.commit();
  return nullptr;
}

}  // namespace moodlesync::sim
