#include "components/users/users_script.h"

#include <functional>

#include "base/call_keys.h"
#include "base/json_fields.h"
#include "base/read_back.h"
#include "base/source_settings.h"
#include "components/users/account_read_back.h"
#include "moodlesync/brake.h"

namespace moodlesync::users {

namespace {

/// Moodle's codes for an account that is not there (any more).
bool is_unknown(std::string_view code) {
  return code == "invaliduserid" || code == "usernotupdateddeleted" ||
         code == "invalidrecordunknown";
}

/// What Moodle means with codes that only a person can do something about.
std::string_view advice_for(std::string_view code) {
  if (code == "usernotupdatedadmin") {
    return "it is a site administrator's account: only the token of another administrator may "
           "change it";
  }
  if (code == "usernotupdatedguest") return "it is Moodle's guest account";
  if (code == "usernotupdatedremote") return "it belongs to another Moodle (MNet)";
  if (code == "refused_value") {
    return "Moodle's password policy (Site administration > Security > Site security settings) "
           "asks for more than 24 characters of four kinds";
  }
  if (code == "useremailinvalid") return "Moodle takes the e-mail address for none";
  if (code == "usernotdeletederror") return "it is the token's own account, or the guest's";
  if (code == "useradminodelete") return "it is a site administrator's account";
  return {};
}

constexpr std::string_view kLookingUp = "while looking up whose account is in the way";

/// Two creates with one address must not be in flight at once: Moodle would let both through. (A
/// username is guarded by an index of Moodle's database.) The address itself stays out of the key.
std::string email_key(std::string_view email) {
  return "user-email:" + std::to_string(std::hash<std::string_view>{}(email));
}

}  // namespace

Co<Outcome> UserScript::run() {
  const Entity& entity = conversation_.entity;
  if (entity.ref.id <= 0) co_return Skipped{"anonymous", "the anonymous user has no account"};
  if (!entity.exists) co_return co_await remove();
  const std::string role = excluded_role(source_, entity);
  if (!role.empty()) {
    co_return Skipped{"excluded_role", "users with the role '" + role + "' are not synced"};
  }
  auto wanted = wanted_values(source_, entity);
  if (!wanted) co_return co_await lock_out(std::move(wanted).error());
  wanted_ = std::move(*wanted);
  co_return co_await keep();
}

Co<Outcome> UserScript::keep() {
  if (conversation_.link.moodle_id) {
    if (auto end = co_await read_back()) co_return *std::move(end);
    co_return co_await update();
  }
  if (conversation_.in_doubt) {
    auto ours = co_await holders_.of_idnumber(idnumber());
    if (!ours) co_return refused(std::move(ours).error(), kLookingUp);
    if (ours->exists()) {
      // Made by the attempt whose answer was lost.
      is_new_ = true;
      co_return co_await adopt(ours->id, Claim::kIdnumber);
    }
  }
  co_return co_await create();
}

Co<std::optional<Outcome>> UserScript::read_back() {
  using Answer = std::optional<Outcome>;
  if (!base::is_read_back_due(conversation_)) co_return Answer{};
  Call call{.function = &kAccountsById, .row = {}};
  call.row.add("id", to_string(id()));
  call.fixed.add("field", "id");
  auto answer = co_await conversation_.moodle->call(std::move(call));
  if (!answer) {
    if (!base::is_to_be_repeated(answer.error())) co_return Answer{};
    co_return Answer(refused(std::move(answer).error(), kLookingUp));
  }
  if (!is_living_account(*answer)) co_return Answer(unknown_id());
  take_over_account(conversation_.link, wanted_, *std::move(answer));
  co_return Answer{};
}

Outcome UserScript::unknown_id() {
  conversation_.link.sent.clear();
  return Skipped{"unknown_id", "Moodle has no user " + to_string(id())};
}

Co<Outcome> UserScript::create() {
  std::string password;
  if (source_.password == PasswordPolicy::kRandom) {
    auto made_up = random_password();
    if (!made_up) co_return about(std::move(made_up).error());
    password = std::move(*made_up);
  }
  Call call = create_call(std::move(password));
  auto answer = co_await conversation_.moodle->call(std::move(call));
  if (!answer) co_return co_await settle_create_refusal(std::move(answer).error());
  const auto id = base::int_field(*answer, "id");
  if (!id) {
    co_return about({ErrorKind::kInDoubt, "unexpected_answer", "Moodle gave no user id"});
  }
  conversation_.link.moodle_id = MoodleId{*id};
  is_new_ = true;
  base::remember(conversation_.link, wanted_);
  if (source_.suspend_blocked) conversation_.link.sent["suspended"] = "0";
  conversation_.link.sent["auth"] = source_.auth;
  conversation_.in_doubt = false;  // It has not existed before: Moodle holds what was sent now.
  // A blocked user: `suspended` is no parameter of create_users.
  Outcome suspended = co_await update();
  if (std::holds_alternative<Unchanged>(suspended)) co_return Synced{};
  co_return suspended;
}

Call UserScript::create_call(std::string password) const {
  const bool by_mail = source_.password == PasswordPolicy::kCreatePassword;
  Call call{.function = by_mail ? &kCreateUsersByMail : &kCreateUsers,
            .row = {},
            .key = email_key(wanted_.find("email")->second),
            .order = conversation_.entity.ref.id};
  call.row.add("auth", source_.auth);
  if (by_mail) call.row.add("createpassword", "1");
  if (!password.empty()) call.row.add("password", std::move(password));
  base::Values values = wanted_;
  values.erase("suspended");
  add_to_row(call.row, values);
  return call;
}

Co<Outcome> UserScript::adopt(MoodleId id, Claim claim) {
  Link& link = conversation_.link;
  link.moodle_id = id;
  link.sent.clear();
  Outcome outcome = co_await update();
  const auto* error = std::get_if<Error>(&outcome);
  if (claim != Claim::kIdnumber && error != nullptr && error->kind == ErrorKind::kRejected) {
    link.moodle_id.reset();
  }
  co_return outcome;
}

base::Values UserScript::updatable() const {
  base::Values values = wanted_;
  const bool is_given = conversation_.link.sent.contains("auth");
  if (is_given && source_.password == PasswordPolicy::kNone) values["auth"] = source_.auth;
  return values;
}

Co<Outcome> UserScript::update() {
  base::Values changed = base::changes(updatable(), conversation_);
  if (changed.empty()) co_return Unchanged{};
  const auto suspension = changed.find("suspended");
  const bool locks_out = suspension != changed.end() && suspension->second == "1";
  if (!locks_out || changed.size() == 1) co_return co_await tell(changed);
  // The lock goes first and alone: neither a refused value nor the brake holds up the other.
  const base::Values alone{*suspension};
  changed.erase(suspension);
  Outcome locked = co_await tell(alone);
  const auto* error = std::get_if<Error>(&locked);
  const bool goes_on =
      std::holds_alternative<Synced>(locked) || (error != nullptr && error->code == kBrakeCode);
  if (!goes_on) co_return locked;
  Outcome told = co_await tell(changed);
  if (error == nullptr || std::holds_alternative<Error>(told)) co_return told;
  co_return locked;
}

Co<Outcome> UserScript::tell(base::Values values) {
  auto answer = co_await send(values);
  if (!answer) co_return co_await settle_update_refusal(std::move(answer).error(), values);
  base::remember(conversation_.link, values);
  co_return Synced{};
}

Co<Result<Json>> UserScript::send(base::Values values) {
  Call call{.function = &kUpdateUsers, .row = {}, .key = base::user_key(id()), .order = id().value};
  const auto suspension = values.find("suspended");
  const bool locks_out = suspension != values.end() && suspension->second == "1";
  // Said again in doubt, it takes nothing away; and nobody has used an account that is new.
  const bool is_said_again = base::changes({{"suspended", "1"}}, conversation_.link).empty();
  if (locks_out && !is_new_ && !is_said_again) call.removal = "suspend";
  call.row.add("id", to_string(id()));
  add_to_row(call.row, values);
  auto answer = co_await conversation_.moodle->call(std::move(call));
  co_return answer;
}

Co<std::optional<Result<Json>>> UserScript::lock() {
  using Answer = std::optional<Result<Json>>;
  const bool is_blocked = source_.suspend_blocked && !conversation_.entity.published;
  const base::Values locked{{"suspended", "1"}};
  const bool is_due =
      is_blocked && conversation_.link.moodle_id && !base::changes(locked, conversation_).empty();
  if (!is_due) co_return Answer{};
  auto answer = co_await send(locked);
  if (answer) base::remember(conversation_.link, locked);
  co_return Answer(std::move(answer));
}

Co<Outcome> UserScript::lock_out(Error fault) {
  auto answer = co_await lock();
  if (!answer) co_return about(std::move(fault));
  if (!*answer) {
    const base::Values locked{{"suspended", "1"}};
    co_return co_await settle_update_refusal(std::move(*answer).error(), locked);
  }
  co_return about(std::move(fault),
                  "the user is blocked, so the account was suspended all the "
                  "same");
}

Co<Outcome> UserScript::settle_create_refusal(Error error) {
  const bool says_no = error.kind == ErrorKind::kRejected;
  if (!says_no) co_return about(std::move(error));
  // Moodle says only that some parameter is invalid: whoever holds our keys is looked up.
  if (error.code != "invalidparameter" && error.code != "dmlwriteexception") {
    const std::string_view advice = advice_for(error.code);
    co_return refused(std::move(error), advice);
  }
  auto ours = co_await holders_.of_idnumber(idnumber());
  if (!ours) co_return refused(std::move(ours).error(), kLookingUp);
  if (ours->exists()) co_return co_await adopt(ours->id, Claim::kIdnumber);
  auto namesake = co_await holders_.of_username(wanted_["username"]);
  if (!namesake) co_return refused(std::move(namesake).error(), kLookingUp);
  if (namesake->exists()) {
    co_return co_await settle_holder(*namesake, Claim::kUsername, std::move(error));
  }
  auto mailbox = co_await holders_.of_email(wanted_["email"]);
  if (!mailbox) co_return refused(std::move(mailbox).error(), kLookingUp);
  if (mailbox->exists()) {
    co_return co_await settle_holder(*mailbox, Claim::kEmail, std::move(error));
  }
  const std::string diagnosis = suspicion();
  co_return refused(std::move(error), diagnosis);
}

Co<Outcome> UserScript::settle_holder(Holder holder, Claim claim, Error error) {
  const bool by_name = claim == Claim::kUsername;
  const bool may_adopt = by_name ? source_.adopt_by_username : source_.adopt_by_email;
  if (holder.idnumber.empty() && may_adopt && !conversation_.link.moodle_id) {
    co_return co_await adopt(holder.id, claim);
  }
  error.kind = ErrorKind::kRejected;
  // The holder's own change may be on its way: names follow each other.
  const bool may_move_on =
      conversation_.link.moodle_id && base::is_idnumber(source_.idnumber_prefix, holder.idnumber);
  error.code = by_name ? "username_taken" : "email_taken";
  std::string diagnosis = std::string(by_name ? "its username" : "its e-mail address") +
                          " belongs to Moodle user " + to_string(holder.id);
  if (!holder.idnumber.empty()) {
    diagnosis += ", whose idnumber is another";
  } else if (!may_adopt) {
    diagnosis +=
        ", which has no idnumber; if that is the same person, write the id into the "
        "user's field_moodle_id, or let adopt_by hold ";
    diagnosis += by_name ? "username" : "email";
  }
  Error taken = refused(std::move(error), diagnosis);
  if (may_move_on) taken.kind = ErrorKind::kTransient;
  co_return taken;
}

Co<Outcome> UserScript::settle_update_refusal(Error error, base::Values sent) {
  Link& link = conversation_.link;
  if (is_unknown(error.code)) co_return unknown_id();
  if (error.kind == ErrorKind::kInDoubt) base::forget(link, sent);
  if (error.kind != ErrorKind::kRejected) co_return about(std::move(error));
  if (error.code == "useremailduplicate") {
    auto mailbox = co_await holders_.of_email(wanted_["email"]);
    if (mailbox && mailbox->exists() && mailbox->id != id()) {
      co_return co_await settle_holder(*mailbox, Claim::kEmail, std::move(error));
    }
  }
  // On update only an index of Moodle's database guards usernames.
  if (error.code == "dmlwriteexception" && sent.contains("username")) {
    auto namesake = co_await holders_.of_username(wanted_["username"]);
    if (namesake && namesake->exists() && namesake->id != id()) {
      co_return co_await settle_holder(*namesake, Claim::kUsername, std::move(error));
    }
  }
  std::string diagnosis(advice_for(error.code));
  if (error.code == "invalidparameter") diagnosis = suspicion();
  co_return refused(std::move(error), diagnosis);
}

Co<Outcome> UserScript::remove() {
  Link& link = conversation_.link;
  // An account that we last left alone stays alone.
  const bool left_alone = !link.skipped.empty();
  if (left_alone || source_.deletion == UserSource::Deletion::kNothing) co_return Removed{};
  if (!link.moodle_id) {
    // A lost answer may have left an account that nobody knows of.
    auto ours = co_await holders_.of_idnumber(idnumber());
    if (!ours) co_return refused(std::move(ours).error(), kLookingUp);
    if (!ours->exists()) co_return Removed{};
    link.moodle_id = ours->id;
  }
  if (source_.deletion == UserSource::Deletion::kSuspend) {
    const base::Values lock{{"suspended", "1"}};
    auto answer = co_await send(lock);
    if (answer || is_unknown(answer.error().code)) co_return Removed{};
    const std::string_view advice = advice_for(answer.error().code);
    co_return refused(std::move(answer).error(), advice);
  }
  Call call{.function = &kDeleteUsers,
            .row = {},
            .key = base::user_key(id()),
            .order = id().value,
            .removal = "delete"};
  call.row.add("value", to_string(id()));
  auto answer = co_await conversation_.moodle->call(std::move(call));
  if (answer || is_unknown(answer.error().code)) co_return Removed{};
  const std::string_view advice = advice_for(answer.error().code);
  co_return refused(std::move(answer).error(), advice);
}

MoodleId UserScript::id() const { return conversation_.link.moodle_id.value_or(MoodleId{}); }

std::string UserScript::idnumber() const {
  return base::idnumber(source_.idnumber_prefix, conversation_.entity.ref);
}

std::string UserScript::suspicion() const {
  std::string text =
      "Moodle does not say which value. Are these installed there: the auth plugin '" +
      source_.auth + "'";
  const auto name_value = [&](std::string_view field, std::string_view what) {
    const auto found = wanted_.find(field);
    if (found == wanted_.end() || found->second.empty()) return;
    text.append(", the ").append(what).append(" '").append(found->second).append("'");
  };
  name_value("lang", "language pack");
  name_value("theme", "theme");
  name_value("calendartype", "calendar type");
  return text + "?";
}

Error UserScript::about(Error error, std::string_view diagnosis) const {
  if (!diagnosis.empty()) error.message.append("; ").append(diagnosis);
  std::string doing = "account of " + to_string(conversation_.entity.ref);
  if (conversation_.link.moodle_id) doing += " (" + to_string(id()) + ")";
  return std::move(error).in(doing);
}

Error UserScript::refused(Error error, std::string_view diagnosis) const {
  const bool is_moodles = error.kind == ErrorKind::kRejected && error.code != kBrakeCode;
  if (is_moodles) error.message = "Moodle refuses it [" + error.code + "]";
  return about(std::move(error), diagnosis);
}

}  // namespace moodlesync::users
