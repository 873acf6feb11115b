#include <utility>

#include "moodlesync/component.h"

namespace moodlesync {

Co<Status> store_ahead(const Conversation& conversation, Link link) {
  if (!conversation.keep_link) co_return ok();
  Co<Status> keeping = conversation.keep_link(std::move(link));
  Status kept = co_await std::move(keeping);
  co_return kept;
}

}  // namespace moodlesync
