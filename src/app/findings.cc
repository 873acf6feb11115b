#include "app/findings.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace moodlesync::app {

namespace {

std::string_view level_name(Finding::Level level) {
  switch (level) {
    case Finding::Level::kOk:
      return "ok";
    case Finding::Level::kWarning:
      return "warning";
    case Finding::Level::kProblem:
      return "problem";
  }
  return "problem";
}

std::string counted(std::ptrdiff_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace

void Findings::ok(std::string_view area, std::string what) {
  add(area, {Finding::Level::kOk, std::move(what), {}});
}

void Findings::warning(std::string_view area, std::string what, std::string advice) {
  add(area, {Finding::Level::kWarning, std::move(what), std::move(advice)});
}

void Findings::problem(std::string_view area, std::string what, std::string advice, ExitCode code) {
  items_.push_back(
      {std::string(area), {Finding::Level::kProblem, std::move(what), std::move(advice)}});
  exit_code_ = graver(exit_code_, code);
}

void Findings::add(std::string_view area, Finding finding) {
  if (finding.level == Finding::Level::kProblem) {
    exit_code_ = graver(exit_code_, ExitCode::kConfig);
  }
  items_.push_back({std::string(area), std::move(finding)});
}

void Findings::add_settings(const SettingsReport& report) {
  constexpr std::string_view kArea = "configuration";
  for (const SettingsFault& fault : report.faults) {
    problem(kArea, to_string(fault.origin) + ": " + fault.message, {}, ExitCode::kConfig);
  }
  for (const SettingsFault& fault : report.warnings) {
    warning(kArea, to_string(fault.origin) + ": " + fault.message, {});
  }
  if (report.faults.empty()) ok(kArea, "no mistakes");
}

void Findings::print_text(std::ostream& out) const {
  std::string_view area;
  for (const Item& item : items_) {
    if (item.area != area) out << (area.empty() ? "" : "\n") << item.area << "\n";
    area = item.area;
    std::string level(level_name(item.finding.level));
    level.resize(9, ' ');
    out << "  " << level << item.finding.what << "\n";
    if (!item.finding.advice.empty()) out << "           -> " << item.finding.advice << "\n";
  }
  const auto count = [this](Finding::Level level) {
    return std::ranges::count(items_, level, [](const Item& item) { return item.finding.level; });
  };
  out << "\n"
      << counted(count(Finding::Level::kProblem), "problem") << ", "
      << counted(count(Finding::Level::kWarning), "warning") << "\n";
}

void Findings::print_json(std::ostream& out) const {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Item& item : items_) {
    list.push_back({{"area", item.area},
                    {"level", level_name(item.finding.level)},
                    {"what", item.finding.what},
                    {"advice", item.finding.advice}});
  }
  nlohmann::ordered_json object;
  object["ok"] = exit_code_ == ExitCode::kOk;
  object["exit_code"] = static_cast<int>(exit_code_);
  object["findings"] = std::move(list);
  out << object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

}  // namespace moodlesync::app
