#include "contract/queue/queue_rig.h"

namespace moodlesync::contract {

std::vector<SourceSpec> two_sources() {
  SourceSpec category;
  category.component = "category";
  category.name = "main";
  category.entity_type = "taxonomy_term";
  category.bundle = "sections";
  SourceSpec course;
  course.component = "course";
  course.name = "main";
  course.entity_type = "node";
  course.bundle = "course";
  course.counted_keys = "user:";
  return {category, course};
}

}  // namespace moodlesync::contract
