#include "drupal/postgres/param.h"

namespace moodlesync::postgres {

void Param::add_element(std::string& array, std::string_view element) {
  array += '"';
  for (const char c : element) {
    if (c == '"' || c == '\\') array += '\\';
    array += c;
  }
  array += '"';
}

void Param::add_element(std::string& array, std::int64_t element) {
  array += std::to_string(element);
}

}  // namespace moodlesync::postgres
