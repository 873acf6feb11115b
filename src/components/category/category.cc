#include "components/category/category.h"

#include "base/source_named.h"
#include "base/source_settings.h"
#include "base/stamped.h"
#include "components/category/category_script.h"
#include "components/category/functions.h"

namespace moodlesync::category {

Category::Category(std::vector<CategorySource> sources) : sources_(std::move(sources)) {
  for (const CategorySource& source : sources_) specs_.push_back(source.spec);
}

std::vector<std::string_view> Category::functions() const {
  return {kCreateCategories.name, kUpdateCategories.name, kGetCategories.name};
}

std::vector<std::string_view> Category::capabilities() const {
  return {"moodle/category:manage", "moodle/category:viewhiddencategories"};
}

std::vector<RightProbe> Category::right_probes() const {
  Call search{.function = &kGetCategories, .row = {}};
  search.row.add("criteria[0][key]", "idnumber").add("criteria[0][value]", "moodle-syncd");
  return {{"moodle/category:manage", std::move(search), [](const Result<Json>& answer) {
             return !answer && answer.error().code == "criteriaerror";
           }}};
}

std::vector<MoodleView> Category::views(const SourceSpec& source, const EntityRef& entity,
                                        std::optional<MoodleId> id) const {
  const CategorySource* own = base::source_named(sources_, source.name);
  if (own == nullptr) return {};
  std::vector<MoodleView> views;
  const auto ask = [&views](const std::string& key, const std::string& value) {
    Call call{.function = &kGetCategories, .row = {}};
    call.row.add("criteria[0][key]", key).add("criteria[0][value]", value);
    call.row.add("addsubcategories", "0");
    views.push_back({"the category with " + key + " " + value,
                     std::move(call),
                     {"id", "idnumber", "name", "parent", "visible"}});
  };
  if (id) ask("id", to_string(*id));
  ask("idnumber", base::idnumber(own->idnumber_prefix, entity));
  return views;
}

Co<Result<std::vector<Stamped>>> Category::census(const SourceSpec& source, Moodle& moodle) const {
  std::vector<Stamped> all;
  const CategorySource* own = base::source_named(sources_, source.name);
  if (own == nullptr) co_return all;
  Call call{.function = &kGetCategories, .row = {}};
  Result<Json> answer = co_await moodle.call(std::move(call));
  if (!answer) co_return std::move(answer).error();
  base::add_stamped(*answer, own->idnumber_prefix, all);
  co_return all;
}

Co<Outcome> Category::converse(Conversation& conversation) const {
  const CategorySource* source = base::source_named(sources_, conversation.source->name);
  if (source == nullptr) {
    co_return Error{ErrorKind::kBug, "unknown_source",
                    "category has no source '" + conversation.source->name + "'"};
  }
  CategoryScript script(*source, conversation);
  co_return co_await script.run();
}

ComponentKind kind() {
  return {"category", [](Section& settings) -> std::unique_ptr<Component> {
            return std::make_unique<Category>(read_sources(settings));
          }};
}

}  // namespace moodlesync::category
