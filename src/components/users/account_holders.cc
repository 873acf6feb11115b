#include "components/users/account_holders.h"

#include "base/json_fields.h"
#include "base/text.h"

namespace moodlesync::users {

namespace {

Holder holder_in(const Json& account) {
  return {MoodleId{base::int_field(account, "id").value_or(0)},
          base::text_field(account, "idnumber").value_or("")};
}

/// `text` as a LIKE pattern that finds only itself.
std::string like_pattern(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern;
}

}  // namespace

Co<AccountHolders::Answer> AccountHolders::of_idnumber(std::string idnumber) {
  co_return co_await by_field(kByIdnumber, std::move(idnumber));
}

Co<AccountHolders::Answer> AccountHolders::of_username(std::string username) {
  co_return co_await by_field(kByUsername, std::move(username));
}

Co<AccountHolders::Answer> AccountHolders::of_email(std::string email) {
  // Moodle keeps addresses unique in any case, and the account may be written otherwise.
  if (moodle_.offers(kSearchUsers.name)) co_return co_await by_search(std::move(email));
  co_return co_await by_field(kByEmail, std::move(email));
}

Co<AccountHolders::Answer> AccountHolders::by_field(const Function& function, std::string value) {
  Call call{.function = &function, .row = {}};
  call.row.add("value", std::move(value));
  call.fixed.add("field", std::string(function.match));
  auto answer = co_await moodle_.call(std::move(call));
  if (!answer) co_return Answer(std::move(answer).error());
  Holder holder = holder_in(*answer);
  if (!holder.exists()) co_return nobody();
  co_return Answer(std::move(holder));
}

Co<AccountHolders::Answer> AccountHolders::by_search(std::string email) {
  Call call{.function = &kSearchUsers, .row = {}};
  call.row.add("criteria[0][key]", "email").add("criteria[0][value]", like_pattern(email));
  auto answer = co_await moodle_.call(std::move(call));
  if (!answer) co_return Answer(std::move(answer).error());
  const std::string wanted = base::ascii_lower(email);
  for (const Json& account : base::list_field(*answer, "users")) {
    const std::string found = base::text_field(account, "email").value_or("");
    if (base::ascii_lower(found) != wanted) continue;
    Holder holder = holder_in(account);
    if (holder.exists()) co_return Answer(std::move(holder));
  }
  co_return nobody();
}

AccountHolders::Answer AccountHolders::nobody() const {
  if (moodle_.reads_are_trustworthy()) return Holder{};
  return Error{ErrorKind::kTransient, "reads_untrusted",
               "Moodle shows no such account, but it is not certain that it shows this token all"};
}

}  // namespace moodlesync::users
