#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

#include "moodlesync/ids.h"
#include "ops/html.h"

/// What several sections of the status page are made of.
namespace moodlesync::ops {

/// Leads to what is known of the entity.
void add_entity_link(Html& page, const EntityRef& entity);

/// Sent along with a form, and not seen.
void add_hidden(Html& page, const char* name, std::string_view value);

/// Begins a form that does something; what is in it and its end are the caller's.
void begin_form(Html& page, const char* action, std::string_view csrf,
                std::initializer_list<std::pair<const char*, std::string_view>> hidden);

}  // namespace moodlesync::ops
