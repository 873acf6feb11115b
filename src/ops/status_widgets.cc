#include "ops/status_widgets.h"

#include <string>

namespace moodlesync::ops {

void add_entity_link(Html& page, const EntityRef& entity) {
  const std::string name = to_string(entity);
  page.raw("<a href=\"/?entity=").text(name).raw("\">").text(name).raw("</a>");
}

void add_hidden(Html& page, const char* name, std::string_view value) {
  page.raw("<input type=\"hidden\" name=\"").raw(name).raw("\" value=\"").text(value).raw("\">");
}

void begin_form(Html& page, const char* action, std::string_view csrf,
                std::initializer_list<std::pair<const char*, std::string_view>> hidden) {
  page.raw("<form class=\"act\" method=\"post\" action=\"").raw(action).raw("\">");
  add_hidden(page, "csrf", csrf);
  for (const auto& [name, value] : hidden) add_hidden(page, name, value);
}

}  // namespace moodlesync::ops
