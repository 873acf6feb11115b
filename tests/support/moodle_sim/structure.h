#pragma once

#include <string>
#include <vector>

#include "support/moodle_sim/param_type.h"
#include "support/moodle_sim/php_value.h"
#include "support/moodle_sim/settings.h"

namespace moodlesync::sim {

/// A declared parameter of a function: what Moodle calls external_value, external_single_structure
/// and external_multiple_structure. Made by the small functions below, so that a function's
/// declaration reads like its documentation.
struct Param {
  enum class Shape { kValue, kStructure, kList };
  enum class Need { kRequired, kOptional, kDefault };

  std::string name;
  Shape shape = Shape::kValue;
  Need need = Need::kRequired;
  Type type = Type::kRaw;
  std::string fallback = {};        ///< Of a value with a default.
  std::vector<Param> members = {};  ///< Of a structure; of a list exactly one: its element.
};

using Params = std::vector<Param>;

[[nodiscard]] Param required(std::string name, Type type);
[[nodiscard]] Param optional(std::string name, Type type);
[[nodiscard]] Param with_default(std::string name, Type type, std::string fallback);
[[nodiscard]] Param structure(std::string name, Params members);
/// A list of structures.
[[nodiscard]] Param rows(std::string name, Params members,
                         Param::Need need = Param::Need::kRequired);
/// A list of plain values.
[[nodiscard]] Param values(std::string name, Type type, Param::Need need = Param::Need::kRequired);

/// Checks `given` against the declaration and returns it with defaults filled in and lists numbered
/// from 0. Throws `invalidparameter` for anything missing, unknown, of wrong shape or unclean.
[[nodiscard]] PhpValue validate(const Params& declared, PhpValue given, const Settings& settings);

}  // namespace moodlesync::sim
