#include "base/stamped.h"

#include <utility>

#include "base/json_fields.h"
#include "base/source_settings.h"

namespace moodlesync::base {

void add_stamped(const Json& list, std::string_view prefix, std::vector<Stamped>& to) {
  for (const Json& object : list) {
    const auto id = int_field(object, "id");
    const auto entity = entity_of_idnumber(prefix, text_field(object, "idnumber").value_or(""));
    if (id && entity) to.push_back({MoodleId{*id}, *entity});
  }
}

Co<Result<std::vector<Stamped>>> stamped_in(std::vector<Co<Result<Json>>> questions,
                                            std::string_view list, std::string prefix) {
  using Answer = Result<std::vector<Stamped>>;
  auto asking = all_of(std::move(questions));
  const std::vector<Result<Json>> answers = co_await std::move(asking);
  std::vector<Stamped> all;
  for (const Result<Json>& answer : answers) {
    if (!answer) co_return Answer(answer.error());
    add_stamped(list_field(*answer, list), prefix, all);
  }
  co_return Answer(std::move(all));
}

}  // namespace moodlesync::base
