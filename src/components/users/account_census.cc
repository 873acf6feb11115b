#include "components/users/account_census.h"

#include <string_view>
#include <utility>

#include "base/stamped.h"
#include "components/users/functions.h"

namespace moodlesync::users {

namespace {

constexpr std::string_view kBeginnings = "abcdefghijklmnopqrstuvwxyz0123456789";

Co<Result<Json>> accounts_from(Moodle& moodle, char beginning) {
  Call call{.function = &kSearchUsers, .row = {}};
  call.row.add("criteria[0][key]", "email")
      .add("criteria[0][value]", std::string(1, beginning) + "%");
  Result<Json> answer = co_await moodle.call(std::move(call));
  co_return answer;
}

}  // namespace

Co<Result<std::vector<Stamped>>> count_accounts(Moodle& moodle, std::string prefix) {
  using Answer = Result<std::vector<Stamped>>;
  if (!moodle.offers(kSearchUsers.name)) {
    co_return Answer(Error{ErrorKind::kConfig, "missing_function",
                           "the token's service lacks " + std::string(kSearchUsers.name) +
                               ", without which Moodle lists no accounts"});
  }
  std::vector<Co<Result<Json>>> questions;
  questions.reserve(kBeginnings.size());
  for (const char beginning : kBeginnings) questions.push_back(accounts_from(moodle, beginning));
  auto asking = base::stamped_in(std::move(questions), "users", std::move(prefix));
  co_return co_await std::move(asking);
}

}  // namespace moodlesync::users
