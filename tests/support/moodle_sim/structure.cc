#include "support/moodle_sim/structure.h"

#include <utility>

#include "support/moodle_sim/moodle_error.h"

namespace moodlesync::sim {

namespace {

PhpValue validate_one(const Param& declared, PhpValue given, const Settings& settings);

PhpValue validate_members(const Params& declared, PhpValue given, const Settings& settings) {
  if (!given.is_array()) throw invalid_parameter("Only arrays accepted");
  PhpValue accepted = PhpValue::array();
  std::size_t used = 0;
  for (const Param& member : declared) {
    PhpValue* value = given.find(member.name);
    if (value != nullptr) {
      ++used;
      accepted.put(member.name, validate_one(member, std::move(*value), settings));
    } else if (member.need == Param::Need::kRequired) {
      throw invalid_parameter("Missing required key in single structure: " + member.name);
    } else if (member.need == Param::Need::kDefault) {
      const bool plain = member.shape == Param::Shape::kValue;
      accepted.put(member.name, plain ? PhpValue::of(member.fallback) : PhpValue::array());
    }
  }
  if (used != given.size()) throw invalid_parameter("Unexpected keys detected in parameter array.");
  return accepted;
}

PhpValue validate_list(const Param& declared, PhpValue given, const Settings& settings) {
  if (!given.is_array()) throw invalid_parameter(declared.name + " => Only arrays accepted");
  PhpValue accepted = PhpValue::array();
  for (PhpValue& item : given.mutable_items()) {
    accepted.append() = validate_one(declared.members.front(), std::move(item), settings);
  }
  return accepted;
}

PhpValue validate_one(const Param& declared, PhpValue given, const Settings& settings) {
  if (declared.shape == Param::Shape::kList) {
    return validate_list(declared, std::move(given), settings);
  }
  if (declared.shape == Param::Shape::kStructure) {
    return validate_members(declared.members, std::move(given), settings);
  }
  if (given.is_array()) throw invalid_parameter(declared.name + " => Scalar type expected");
  if (!accepts(declared.type, given.as_text(), settings)) {
    throw invalid_parameter(declared.name + " => Invalid external api parameter");
  }
  return given;
}

}  // namespace

Param required(std::string name, Type type) {
  return {std::move(name), Param::Shape::kValue, Param::Need::kRequired, type};
}

Param optional(std::string name, Type type) {
  return {std::move(name), Param::Shape::kValue, Param::Need::kOptional, type};
}

Param with_default(std::string name, Type type, std::string fallback) {
  return {std::move(name), Param::Shape::kValue, Param::Need::kDefault, type, std::move(fallback)};
}

Param structure(std::string name, Params members) {
  Param param{std::move(name), Param::Shape::kStructure};
  param.members = std::move(members);
  return param;
}

Param rows(std::string name, Params members, Param::Need need) {
  Param param{std::move(name), Param::Shape::kList, need};
  param.members.push_back(structure("", std::move(members)));
  return param;
}

Param values(std::string name, Type type, Param::Need need) {
  Param param{std::move(name), Param::Shape::kList, need};
  param.members.push_back(required("", type));
  return param;
}

PhpValue validate(const Params& declared, PhpValue given, const Settings& settings) {
  return validate_members(declared, std::move(given), settings);
}

}  // namespace moodlesync::sim
