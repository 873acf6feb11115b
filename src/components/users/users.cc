#include "components/users/users.h"

#include <algorithm>

#include "components/users/functions.h"
#include "components/users/users_script.h"

namespace moodlesync::users {

Users::Users(std::vector<UserSource> sources) : sources_(std::move(sources)) {
  for (const UserSource& source : sources_) specs_.push_back(source.spec);
}

std::vector<std::string_view> Users::functions() const {
  std::vector<std::string_view> names{kCreateUsers.name, kUpdateUsers.name, kByIdnumber.name};
  const bool deletes = std::ranges::any_of(sources_, [](const UserSource& source) {
    return source.deletion == UserSource::Deletion::kDelete;
  });
  if (deletes) names.push_back(kDeleteUsers.name);
  return names;
}

std::vector<std::string_view> Users::optional_functions() const { return {kSearchUsers.name}; }

Co<Outcome> Users::converse(Conversation& conversation) const {
  const auto source = std::ranges::find_if(sources_, [&conversation](const UserSource& one) {
    return one.spec.name == conversation.source->name;
  });
  if (source == sources_.end()) {
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
