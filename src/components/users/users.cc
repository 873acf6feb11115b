#include "components/users/users.h"

#include <algorithm>

#include "base/source_named.h"
#include "base/source_settings.h"
#include "components/users/account_census.h"
#include "components/users/functions.h"
#include "components/users/users_script.h"

namespace moodlesync::users {

Users::Users(std::vector<UserSource> sources) : sources_(std::move(sources)) {
  for (const UserSource& source : sources_) specs_.push_back(source.spec);
}

bool Users::deletes() const {
  return std::ranges::any_of(sources_, [](const UserSource& source) {
    return source.deletion == UserSource::Deletion::kDelete;
  });
}

std::vector<std::string_view> Users::functions() const {
  std::vector<std::string_view> names{kCreateUsers.name, kUpdateUsers.name, kByIdnumber.name};
  if (deletes()) names.push_back(kDeleteUsers.name);
  return names;
}

std::vector<std::string_view> Users::optional_functions() const { return {kSearchUsers.name}; }

std::vector<std::string_view> Users::capabilities() const {
  std::vector<std::string_view> names{"moodle/user:create", "moodle/user:update",
                                      "moodle/user:viewdetails", "moodle/user:viewalldetails",
                                      "moodle/site:viewuseridentity"};
  if (deletes()) names.emplace_back("moodle/user:delete");
  return names;
}

std::vector<RightProbe> Users::right_probes() const {
  const auto is_refused = [](const Result<Json>& answer) {
    return !answer && answer.error().code == "nopermissions";
  };
  std::vector<RightProbe> probes;
  probes.push_back({"moodle/user:update", {.function = &kAskForUpdate, .row = {}}, is_refused});
  if (deletes()) {
    probes.push_back({"moodle/user:delete", {.function = &kAskForDelete, .row = {}}, is_refused});
  }
  // The account that Moodle was installed with; nothing is said where it is not shown.
  Call admin{.function = &kById, .row = {}};
  admin.row.add("id", "2");
  admin.fixed.add("field", "id");
  probes.push_back({"moodle/user:viewalldetails", admin, [](const Result<Json>& answer) {
                      return answer && answer->is_object() && !answer->contains("username");
                    }});
  probes.push_back({"moodle/site:viewuseridentity", admin, [](const Result<Json>& answer) {
                      return answer && answer->is_object() && !answer->contains("email");
                    }});
  return probes;
}

std::vector<MoodleView> Users::views(const SourceSpec& source, const EntityRef& entity,
                                     std::optional<MoodleId> id) const {
  const UserSource* own = base::source_named(sources_, source.name);
  if (own == nullptr) return {};
  std::vector<MoodleView> views;
  const auto ask = [&views](const Function& function, const std::string& value) {
    Call call{.function = &function, .row = {}};
    call.row.add("value", value);
    call.fixed.add("field", std::string(function.match));
    views.push_back(
        {"the account with " + std::string(function.match) + " " + value,
         std::move(call),
         {"id", "idnumber", "username", "firstname", "lastname", "email", "auth", "suspended"}});
  };
  if (id) ask(kById, to_string(*id));
  ask(kByIdnumber, base::idnumber(own->idnumber_prefix, entity));
  return views;
}

Co<Result<std::vector<Stamped>>> Users::census(const SourceSpec& source, Moodle& moodle) const {
  const UserSource* own = base::source_named(sources_, source.name);
  if (own == nullptr) co_return std::vector<Stamped>{};
  co_return co_await count_accounts(moodle, own->idnumber_prefix);
}

Co<Outcome> Users::converse(Conversation& conversation) const {
  const UserSource* source = base::source_named(sources_, conversation.source->name);
  if (source == nullptr) {
    co_return Error{ErrorKind::kBug, "unknown_source",
                    "users has no source '" + conversation.source->name + "'"};
  }
  UserScript script(*source, conversation);
  co_return co_await script.run();
}

ComponentKind kind() {
  return {"users", [](Section& settings) -> std::unique_ptr<Component> {
            auto sources = read_sources(settings);
            settings.finish();
            return std::make_unique<Users>(std::move(sources));
          }};
}

}  // namespace moodlesync::users
