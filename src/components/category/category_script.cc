#include "components/category/category_script.h"

#include "base/call_keys.h"
#include "base/json_fields.h"
#include "base/read_back.h"
#include "base/source_settings.h"
#include "components/category/functions.h"

namespace moodlesync::category {

Co<Outcome> CategoryScript::run() {
  if (!conversation_.entity.exists) co_return co_await remove();
  Place place = place_of(source_, conversation_);
  if (place.obstacle) co_return *std::move(place.obstacle);
  auto wanted = wanted_values(source_, conversation_.entity);
  if (!wanted) co_return about(std::move(wanted).error());
  wanted_ = std::move(*wanted);
  if (place.parent) wanted_["parent"] = to_string(*place.parent);
  co_return co_await keep();
}

Co<Outcome> CategoryScript::keep() {
  if (conversation_.link.moodle_id) {
    if (auto end = co_await read_back()) co_return *std::move(end);
    co_return co_await update();
  }
  if (conversation_.in_doubt) {
    auto found = co_await find_ours();
    if (!found) co_return about(std::move(found).error());
    if (const auto& ours = *found) co_return co_await adopt(ours->id);
  }
  co_return co_await create();
}

Co<std::optional<Outcome>> CategoryScript::read_back() {
  using Answer = std::optional<Outcome>;
  if (!base::is_read_back_due(conversation_)) co_return Answer{};
  Call call{.function = &kGetCategoriesById, .row = {}};
  call.row.add("id", to_string(id()));
  call.fixed.add("criteria[0][key]", "ids").add("addsubcategories", "0");
  auto answer = co_await conversation_.moodle->call(std::move(call));
  if (!answer) {
    if (!base::is_to_be_repeated(answer.error())) co_return Answer{};
    co_return Answer(about(std::move(answer).error()));
  }
  if (answer->is_null()) co_return Answer(unknown_id());
  base::take_over(conversation_.link, wanted_, *answer);
  co_return Answer{};
}

Outcome CategoryScript::unknown_id() {
  conversation_.link.sent.clear();
  return Skipped{"unknown_id", "Moodle has no category " + to_string(id())};
}

Co<Outcome> CategoryScript::create() {
  Call call{.function = &kCreateCategories,
            .row = {},
            .key = std::string(base::kCategoryTreeKey),
            .order = conversation_.entity.ref.id};
  base::add_all(call.row, wanted_);
  auto answer = co_await conversation_.moodle->call(std::move(call));
  if (!answer) co_return co_await settle_create_refusal(std::move(answer).error());
  const auto id = base::int_field(*answer, "id");
  if (!id) {
    co_return about({ErrorKind::kInDoubt, "unexpected_answer", "Moodle gave no category id"});
  }
  conversation_.link.moodle_id = MoodleId{*id};
  base::remember(conversation_.link, wanted_);
  co_return Synced{};
}

Co<Outcome> CategoryScript::adopt(MoodleId id) {
  conversation_.link.moodle_id = id;
  conversation_.link.sent.clear();
  co_return co_await update();
}

Co<Outcome> CategoryScript::update() {
  const base::Values changed = base::changes(wanted_, conversation_);
  if (changed.empty()) co_return Unchanged{};
  Call call{.function = &kUpdateCategories,
            .row = update_row(changed),
            .key = std::string(base::kCategoryTreeKey),
            .order = id().value};
  auto answer = co_await conversation_.moodle->call(std::move(call));
  if (!answer) co_return co_await settle_update_refusal(std::move(answer).error(), changed);
  base::remember(conversation_.link, changed);
  co_return Synced{};
}

Params CategoryScript::update_row(const base::Values& changed) const {
  Params row;
  row.add("id", to_string(id()));
  base::add_all(row, changed);
  // Moodle writes descriptionformat with every update and takes 1 when it is not sent.
  const auto format = conversation_.link.sent.find("descriptionformat");
  if (!changed.contains("descriptionformat") && format != conversation_.link.sent.end() &&
      format->second != kHtml) {
    row.add("descriptionformat", format->second);
  }
  return row;
}

Co<Outcome> CategoryScript::settle_create_refusal(Error error) {
  if (error.code == "categoryidnumbertaken") {
    auto found = co_await find_ours();
    if (!found) co_return about(std::move(found).error());
    if (const auto& ours = *found) co_return co_await adopt(ours->id);
    co_return about(std::move(error), "its idnumber " + idnumber() +
                                          " is taken by a category that this account cannot see");
  }
  if (error.code == "unknowcategory") {  // sic
    co_return about(std::move(error),
                    "Moodle has no category " + wanted_["parent"] + ", the one of its parent term");
  }
  co_return about(std::move(error));
}

Co<Outcome> CategoryScript::settle_update_refusal(Error error, base::Values sent) {
  Link& link = conversation_.link;
  if (error.code == "unknowncategory") co_return unknown_id();
  if (error.kind == ErrorKind::kInDoubt) base::forget(link, sent);
  if (error.code == "cannotmovecategory") {
    // The new parent still stands below this category until its own move has been made.
    error.kind = ErrorKind::kTransient;
    co_return about(std::move(error),
                    "category " + wanted_["parent"] + " is still below this one in Moodle");
  }
  if (error.code == "invalidrecordunknown") {
    co_return about(std::move(error),
                    "Moodle has no category " + wanted_["parent"] + ", the one of its parent term");
  }
  if (error.code == "categoryidnumbertaken") {
    auto holder = co_await find_ours();
    if (holder) {
      if (const auto& other = *holder) {
        co_return about(std::move(error), "its idnumber " + idnumber() + " belongs to category " +
                                              to_string(other->id) + " '" + other->name + "'");
      }
    }
  }
  co_return about(std::move(error));
}

Co<Outcome> CategoryScript::remove() {
  if (!source_.trash_bin) co_return Removed{};
  if (!conversation_.link.moodle_id) {
    // A lost answer may have left a category that nobody knows of.
    auto found = co_await find_ours();
    if (!found) co_return about(std::move(found).error());
    const auto& ours = *found;
    if (!ours) co_return Removed{};
    conversation_.link.moodle_id = ours->id;
  }
  const base::Values move{{"parent", to_string(*source_.trash_bin)}};
  Call call{.function = &kUpdateCategories,
            .row = update_row(move),
            .key = std::string(base::kCategoryTreeKey),
            .order = id().value,
            .removal = "move to the trash bin"};
  auto answer = co_await conversation_.moodle->call(std::move(call));
  if (answer || answer.error().code == "unknowncategory") co_return Removed{};
  Error error = std::move(answer).error();
  if (error.code == "invalidrecordunknown") {
    co_return about(std::move(error),
                    "Moodle has no category " + move.at("parent") + ", the configured trash_bin");
  }
  co_return about(std::move(error));
}

Co<Result<std::optional<CategoryScript::Found>>> CategoryScript::find_ours() {
  using Answer = Result<std::optional<Found>>;
  Call call{.function = &kGetCategories, .row = {}};
  call.row.add("criteria[0][key]", "idnumber")
      .add("criteria[0][value]", idnumber())
      .add("addsubcategories", "0");
  auto answer = co_await conversation_.moodle->call(std::move(call));
  if (!answer) co_return Answer(std::move(answer).error());
  for (const Json& category : *answer) {
    const auto id = base::int_field(category, "id");
    if (!id || base::text_field(category, "idnumber") != idnumber()) continue;
    co_return Answer(Found{MoodleId{*id}, base::text_field(category, "name").value_or("")});
  }
  if (conversation_.moodle->reads_are_trustworthy()) co_return Answer(std::nullopt);
  co_return Answer(Error{ErrorKind::kTransient, "reads_untrusted",
                         "Moodle shows no category with idnumber " + idnumber() +
                             ", but it is not certain that this account may see all"});
}

MoodleId CategoryScript::id() const { return conversation_.link.moodle_id.value_or(MoodleId{}); }

std::string CategoryScript::idnumber() const {
  return base::idnumber(source_.idnumber_prefix, conversation_.entity.ref);
}

Error CategoryScript::about(Error error, const std::string& diagnosis) const {
  if (!diagnosis.empty()) error.message += "; " + diagnosis;
  std::string doing = "category of " + to_string(conversation_.entity.ref);
  if (conversation_.link.moodle_id) doing += " (" + to_string(id()) + ")";
  return std::move(error).in(doing);
}

}  // namespace moodlesync::category
