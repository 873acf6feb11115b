#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/environment.h"
#include "moodle/settings.h"
#include "moodlesync/component.h"
#include "moodlesync/drupal.h"
#include "moodlesync/gateway.h"
#include "ops/service_manager.h"

namespace moodlesync::app {

/// How the application gets at everything outside it. Tests put in fakes.
struct Rooms {
  std::vector<ComponentKind> components;
  std::function<Result<std::unique_ptr<DrupalDatabase>>(std::string_view scheme,
                                                        const DrupalSettings&)>
      open_database;
  std::function<Result<std::unique_ptr<Gateway>>(moodle::GatewaySettings)> open_gateway;
  /// What the program is made of: name and version, for `version`.
  std::vector<std::pair<std::string, std::string>> versions;
  int schema_version = 0;  ///< Of our schema in Drupal's database, that statements rely on.
  Environment environment;
  ops::ServiceManager* service_manager = nullptr;  ///< Null: nobody wants to hear how we are.
};

}  // namespace moodlesync::app
