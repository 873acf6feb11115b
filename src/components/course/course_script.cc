#include "components/course/course_script.h"

#include "base/call_keys.h"
#include "base/json_fields.h"
#include "base/source_settings.h"
#include "components/course/course_diagnosis.h"
#include "components/course/course_read_back.h"
#include "components/course/course_values.h"
#include "components/course/functions.h"

namespace moodlesync::course {

namespace {

bool may_have_been_written(ErrorKind kind) {
  return kind == ErrorKind::kRejected || kind == ErrorKind::kInDoubt || kind == ErrorKind::kBug;
}

std::string text_of(const base::Values& values, std::string_view name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string() : found->second;
}

}  // namespace

Error about_course(Error error, const Conversation& conversation, const std::string& diagnosis) {
  if (!diagnosis.empty()) error.message += "; " + diagnosis;
  std::string doing = "course of " + to_string(conversation.entity.ref);
  if (conversation.link.moodle_id) doing += " (" + to_string(*conversation.link.moodle_id) + ")";
  return std::move(error).in(doing);
}

Error CourseScript::about(Error error, const std::string& diagnosis) const {
  return about_course(std::move(error), conversation_, diagnosis);
}

Co<Outcome> CourseScript::run() {
  auto wanted = wanted_values(source_, conversation_.entity);
  if (!wanted) co_return about(std::move(wanted).error());
  wanted_ = std::move(*wanted);
  auto place = placement_of(source_, conversation_);
  if (auto* waiting = std::get_if<Waiting>(&place)) co_return std::move(*waiting);
  placement_ = std::get<Placement>(std::move(place));
  wanted_["categoryid"] = to_string(placement_.category);
  if (!conversation_.link.moodle_id) co_return co_await start();
  auto looked = co_await read_back(conversation_, wanted_);
  if (!looked) co_return about(std::move(looked).error());
  if (*looked == ReadBack::kNoCourse) co_return unknown_id();
  co_return co_await update();
}

Outcome CourseScript::unknown_id() {
  conversation_.link.sent.clear();
  return Skipped{"unknown_id", "Moodle has no course " +
                                   to_string(conversation_.link.moodle_id.value_or(MoodleId{}))};
}

Co<Outcome> CourseScript::start() {
  auto model = template_of(source_, conversation_);
  if (auto* waiting = std::get_if<Waiting>(&model)) co_return std::move(*waiting);
  if (auto* error = std::get_if<Error>(&model)) co_return about(std::move(*error));
  const auto copied = std::get<std::optional<MoodleId>>(model);
  if (conversation_.in_doubt || is_copy_owed(conversation_.link)) {
    auto leftover =
        co_await find_leftover(lookup_, conversation_.link, text_of(wanted_, "idnumber"));
    if (!leftover) co_return about(std::move(leftover).error());
    if (const auto& found = *leftover) co_return co_await adopt(found->id);
  }
  if (copied) co_return co_await duplicate(*copied);
  co_return co_await create();
}

Co<Outcome> CourseScript::create() {
  const base::Values row = with_create_defaults(wanted_);
  Call call{.function = &kCreateCourses,
            .row = {},
            .key = std::string(base::kCategoryTreeKey),
            .order = conversation_.entity.ref.id};
  add_to_row(call.row, row);
  auto answer = co_await conversation_.moodle->call(std::move(call));
  if (!answer) co_return co_await settle_create_refusal(std::move(answer).error(), row);
  const auto id = base::int_field(*answer, "id");
  if (!id) co_return about({ErrorKind::kInDoubt, "unexpected_answer", "Moodle gave no course id"});
  conversation_.link.moodle_id = MoodleId{*id};
  conversation_.made = true;
  base::remember(conversation_.link, wanted_);
  co_return Synced{};
}

Co<Outcome> CourseScript::duplicate(MoodleId model) {
  base::Values row{{"fullname", wanted_.at("fullname")},
                   {"shortname", wanted_.at("shortname")},
                   {"categoryid", wanted_.at("categoryid")}};
  const bool shown = !source_.template_hidden;
  row["visible"] = wanted_.contains("visible") ? wanted_.at("visible") : (shown ? "1" : "0");
  Call call{.function = &kDuplicateCourse, .row = {}, .key = base::course_key(model)};
  call.row.add("courseid", to_string(model));
  base::add_all(call.row, row);
  auto noted = co_await store_ahead(conversation_, with_copy_owed(conversation_.link, row));
  if (!noted) co_return about(std::move(noted).error());
  auto answer = co_await conversation_.moodle->call(std::move(call));
  if (!answer) {
    Error error = std::move(answer).error();
    if (error.kind == ErrorKind::kInDoubt) {
      conversation_.link = with_copy_owed(conversation_.link, row);
      error = copy_may_go_on(conversation_.link, std::move(error));
    }
    co_return co_await settle_create_refusal(std::move(error), row);
  }
  const auto id = base::int_field(*answer, "id");
  if (!id) co_return about({ErrorKind::kInDoubt, "unexpected_answer", "Moodle gave no course id"});
  conversation_.link.moodle_id = MoodleId{*id};
  conversation_.made = true;       // A copy is made without its model's users.
  conversation_.in_doubt = false;  // It has not existed before: Moodle holds what was sent now.
  if (!wanted_.contains("visible")) row.erase("visible");  // Moodle's business from now on
  base::remember(conversation_.link, row);
  co_return co_await update();
}

Co<Outcome> CourseScript::adopt(MoodleId id) {
  conversation_.link.moodle_id = id;
  conversation_.link.sent.clear();
  co_return co_await update();
}

Call CourseScript::update_call(const base::Values& values) const {
  const MoodleId id = conversation_.link.moodle_id.value_or(MoodleId{});
  Call call{.function = &kUpdateCourses, .row = {}, .key = base::course_key(id), .order = id.value};
  call.row.add("id", to_string(id));
  add_to_row(call.row, values);
  return call;
}

Co<Outcome> CourseScript::update() {
  Link& link = conversation_.link;
  const base::Values changed = with_companions(base::changes(wanted_, conversation_), wanted_);
  if (changed.empty()) co_return Unchanged{};
  const auto visible_before = link.sent.find("visible");
  bool gets_hidden = false;
  if (changed.contains("categoryid")) {
    auto category = co_await look_at_category();
    if (!category) co_return about(std::move(category).error());
    // Moodle hides a course that moves into a hidden category, unless the same row shows it anew.
    const bool shown_anew = visible_before != link.sent.end() && visible_before->second == "0";
    gets_hidden = category->hidden && text_of(wanted_, "visible") == "1" && !shown_anew;
  }
  Call call = update_call(changed);
  auto answer = co_await conversation_.moodle->call(std::move(call));
  if (!answer) co_return co_await settle_update_refusal(std::move(answer).error(), changed);
  base::remember(link, changed);
  if (gets_hidden) co_return co_await show_again();
  co_return Synced{};
}

Co<Outcome> CourseScript::show_again() {
  const base::Values visible{{"visible", "1"}};
  base::forget(conversation_.link, visible);
  Call call = update_call(visible);
  auto answer = co_await conversation_.moodle->call(std::move(call));
  if (!answer) co_return co_await settle_update_refusal(std::move(answer).error(), visible);
  base::remember(conversation_.link, visible);
  co_return Synced{};
}

Co<Result<FoundCategory>> CourseScript::look_at_category() {
  using Answer = Result<FoundCategory>;
  const std::string id = to_string(placement_.category);
  auto category = co_await lookup_.find_category(id);
  if (!category) co_return Answer(std::move(category).error());
  if (const auto& found = *category) co_return Answer(*found);
  co_return Answer(Error{ErrorKind::kRejected, "unknown_category",
                         "Moodle has no category " + id + " (" + placement_.reason +
                             "), so the course stays where it is and nothing was sent"});
}

Co<Outcome> CourseScript::settle_create_refusal(Error error, base::Values sent) {
  const bool shortname_taken = error.code == "shortnametaken";
  if (!shortname_taken && error.code != "courseidnumbertaken") {
    std::string why = diagnosis(error.code, sent);
    if (error.code == "errorcatcontextnotvalid" || error.code == "invalidrecordunknown") {
      why = "category " + sent.at("categoryid") + " (" + placement_.reason +
            ") does not exist in Moodle, or this account may not see it";
    }
    co_return about(std::move(error), why);
  }
  const std::string idnumber = text_of(wanted_, "idnumber");
  const std::string by_idnumber = "idnumber";
  auto ours = co_await lookup_.find(by_idnumber, idnumber);
  if (!ours) co_return about(std::move(ours).error());
  if (const auto& found = *ours) co_return co_await adopt(found->id);
  co_return co_await name_holder(std::move(error));
}

Co<Outcome> CourseScript::settle_update_refusal(Error error, base::Values sent) {
  if (may_have_been_written(error.kind)) base::forget(conversation_.link, sent);
  if (error.kind != ErrorKind::kRejected) co_return about(std::move(error));
  if (error.code == "invalidrecordunknown") co_return co_await settle_unknown_id(std::move(error));
  if (error.code == "shortnametaken" || error.code == "courseidnumbertaken") {
    co_return co_await name_holder(std::move(error));
  }
  const std::string why = diagnosis(error.code, sent);
  co_return about(std::move(error), why);
}

Co<Outcome> CourseScript::settle_unknown_id(Error error) {
  // The code also means an unknown category; only a look tells.
  const std::string by_id = "id";
  const std::string id = to_string(conversation_.link.moodle_id.value_or(MoodleId{}));
  auto course = co_await lookup_.find(by_id, id);
  if (!course) co_return about(std::move(course).error());
  if (*course) {
    co_return about(std::move(error), "the course exists, so category " +
                                          text_of(wanted_, "categoryid") + " (" +
                                          placement_.reason + ") does not");
  }
  co_return unknown_id();
}

Co<Outcome> CourseScript::name_holder(Error error) {
  const bool by_shortname = error.code == "shortnametaken";
  const std::string field = by_shortname ? "shortname" : "idnumber";
  const std::string value = text_of(wanted_, field);
  const std::string what = (by_shortname ? "the short name '" : "the idnumber '") + value + "'";
  auto course = co_await lookup_.find(field, value);
  const auto other = course ? *course : std::nullopt;
  if (other) {
    // The holder's own change may be on its way: names follow each other.
    const bool may_move_on =
        by_shortname && conversation_.link.moodle_id &&
        base::is_idnumber(source_.idnumber_prefix, other->idnumber.value_or(""));
    if (may_move_on) error.kind = ErrorKind::kTransient;
    co_return about(std::move(error), holder(what, *other));
  }
  co_return about(std::move(error), what + " belongs to a course that this account cannot see");
}

}  // namespace moodlesync::course
