#include "components/cohorts/cohort_script.h"

#include "base/json_fields.h"
#include "base/source_settings.h"
#include "components/cohorts/cohort_values.h"
#include "components/cohorts/functions.h"

namespace moodlesync::cohorts {

Co<Outcome> CohortScript::run() {
  if (!conversation_.entity.exists) co_return co_await remove();
  auto wanted = wanted_values(source_, conversation_.entity);
  if (!wanted) co_return about(std::move(wanted).error());
  wanted_ = std::move(*wanted);
  co_return co_await keep();
}

Co<Outcome> CohortScript::keep() {
  if (conversation_.link.moodle_id) co_return co_await update();
  const bool may_exist = conversation_.in_doubt || conversation_.link.sent.contains("idnumber");
  if (may_exist) {
    auto seen = co_await find_cohort(*conversation_.moodle, idnumber());
    if (!seen) co_return about(std::move(seen).error());
    if (seen->state == Sighting::State::kFound) co_return co_await adopt(seen->id);
  }
  // Where it cannot be seen, creating is safe all the same: Moodle refuses a second one.
  co_return co_await create();
}

Co<Outcome> CohortScript::create() {
  // Moodle's check for a taken idnumber is no lock: two at once would both succeed.
  Call call{.function = &kCreateCohorts,
            .row = {},
            .key = "cohort-idnumber:" + idnumber(),
            .order = conversation_.entity.ref.id};
  add_required(call.row, wanted_);
  add_optional(call.row, wanted_);
  auto answer = co_await conversation_.moodle->call(std::move(call));
  if (!answer) co_return co_await settle_create_refusal(std::move(answer).error());
  const auto id = base::int_field(*answer, "id");
  if (!id) {
    co_return about({ErrorKind::kInDoubt, "unexpected_answer", "Moodle gave no cohort id"});
  }
  conversation_.link.moodle_id = MoodleId{*id};
  base::remember(conversation_.link, wanted_);
  co_return Synced{};
}

Co<Outcome> CohortScript::adopt(MoodleId id) {
  conversation_.link.moodle_id = id;
  conversation_.link.sent.clear();
  co_return co_await update();
}

Co<Outcome> CohortScript::update() {
  Link& link = conversation_.link;
  base::Values changed = base::changes(wanted_, conversation_);
  if (changed.empty()) co_return Unchanged{};
  // Moodle writes the format with every update and takes 1 when it is not sent.
  if (wanted_.contains("descriptionformat")) {
    changed["descriptionformat"] = wanted_["descriptionformat"];
  }
  Call call{.function = &kUpdateCohorts,
            .row = {},
            .key = "cohort:" + to_string(id()),
            .order = id().value};
  call.row.add("id", to_string(id()));
  add_required(call.row, wanted_);
  add_optional(call.row, changed);
  auto answer = co_await conversation_.moodle->call(std::move(call));
  if (answer) {
    base::remember(link, changed);
    co_return Synced{};
  }
  Error error = std::move(answer).error();
  if (error.code == "invalidrecordunknown") {
    link.sent.clear();
    co_return Skipped{"unknown_id", "Moodle has no cohort " + to_string(id())};
  }
  if (error.kind == ErrorKind::kInDoubt) base::forget(link, changed);
  const bool blames_place = error.code == "invalidparameter" && source_.category.has_value();
  const std::string diagnosis =
      blames_place ? "has Moodle a course category " + wanted_["place"] + "?" : "";
  co_return about(std::move(error), diagnosis);
}

Co<Outcome> CohortScript::settle_create_refusal(Error error) {
  // Moodle says only that some parameter is invalid: the idnumber is taken, or there is no such
  // category.
  const bool may_be_taken = error.kind == ErrorKind::kRejected &&
                            (error.code == "invalidparameter" || error.code == "dmlwriteexception");
  if (!may_be_taken) co_return about(std::move(error));
  auto seen = co_await find_cohort(*conversation_.moodle, idnumber());
  if (!seen) co_return about(std::move(seen).error());
  switch (seen->state) {
    case Sighting::State::kFound:
      co_return co_await adopt(seen->id);
    case Sighting::State::kUnseeable:
      co_return skip_without_id();
    case Sighting::State::kNobody:
      break;
  }
  const std::string diagnosis = source_.category
                                    ? "has Moodle a course category " + wanted_["place"] + "?"
                                    : "though no cohort is seen to have the idnumber " + idnumber();
  co_return about(std::move(error), diagnosis);
}

Outcome CohortScript::skip_without_id() {
  conversation_.link.sent["idnumber"] = idnumber();
  return Skipped{std::string(kIdUnknown),
                 "Moodle has a cohort with the idnumber " + idnumber() +
                     " already (or lacks the category), and its id cannot be looked up: add "
                     "core_cohort_search_cohorts to the token's service and save the term again, "
                     "or write the id into its field_moodle_id. Until then members are added by "
                     "idnumber"};
}

Co<Outcome> CohortScript::remove() {
  Link& link = conversation_.link;
  if (!source_.deletes || link.skipped == "unknown_id") co_return Removed{};
  if (!link.moodle_id) {
    // A lost answer may have left a cohort that nobody knows of.
    auto seen = co_await find_cohort(*conversation_.moodle, idnumber());
    if (!seen) co_return about(std::move(seen).error());
    if (seen->state == Sighting::State::kNobody) co_return Removed{};
    if (seen->state == Sighting::State::kUnseeable) {
      co_return Skipped{std::string(kIdUnknown),
                        "a cohort with the idnumber " + idnumber() +
                            " may be left in Moodle; its id cannot be looked up: delete it there"};
    }
    link.moodle_id = seen->id;
  }
  Call call{.function = &kDeleteCohorts,
            .row = {},
            .key = "cohort:" + to_string(id()),
            .order = id().value,
            .removal = "delete"};
  call.row.add("value", to_string(id()));
  auto answer = co_await conversation_.moodle->call(std::move(call));
  if (answer || answer.error().code == "invalidrecordunknown") co_return Removed{};
  co_return about(std::move(answer).error());
}

MoodleId CohortScript::id() const { return conversation_.link.moodle_id.value_or(MoodleId{}); }

std::string CohortScript::idnumber() const {
  return base::idnumber(source_.idnumber_prefix, conversation_.entity.ref);
}

Error CohortScript::about(Error error, std::string_view diagnosis) const {
  if (!diagnosis.empty()) error.message.append("; ").append(diagnosis);
  std::string doing = "cohort of " + to_string(conversation_.entity.ref);
  if (conversation_.link.moodle_id) doing += " (" + to_string(id()) + ")";
  return std::move(error).in(doing);
}

}  // namespace moodlesync::cohorts
