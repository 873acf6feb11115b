#include "app/guard_view.h"

#include <utility>

#include "app/epoch_file.h"
#include "engine/guard.h"

namespace moodlesync::app {

namespace {

std::vector<std::string> readable_objections(const Settings& settings, Site& site) {
  const auto memory = EpochFile(settings.state_dir).read();
  if (!memory || memory->id.empty()) return {};
  const auto record = site.record(memory->id);
  return record ? engine::folder_objections(*record, *memory) : std::vector<std::string>{};
}

}  // namespace

Result<std::vector<std::string>> guard_view(const Settings& settings, Site& site) {
  const auto record = site.record({});
  if (!record) return record.error();
  const auto observed = site.observe();
  if (!observed) return observed.error();
  auto objections = engine::guard_objections(*record, *observed, settings.engine.site_url);
  for (std::string& objection : readable_objections(settings, site)) {
    objections.push_back(std::move(objection));
  }
  return objections;
}

}  // namespace moodlesync::app
