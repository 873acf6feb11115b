#include "ops/health.h"

#include <string>
#include <vector>

namespace moodlesync::ops {

namespace {

constexpr int kOk = 200;
constexpr int kNotReady = 503;

struct Part {
  std::string name;
  std::string objection;  ///< Empty: it is well.
};

Part loop_part(const Vitals& vitals, std::chrono::milliseconds patience) {
  if (vitals.since_progress() <= patience) return {"loop", {}};
  const auto still =
      std::chrono::duration_cast<std::chrono::seconds>(vitals.since_progress()).count();
  return {"loop", "no sign of life for " + std::to_string(still) + " s"};
}

Part side_part(const char* name, const Vitals::Side& side) {
  using State = Vitals::Side::State;
  if (side.state == State::kThere) return {name, {}};
  if (side.state == State::kUntried) return {name, "not asked yet"};
  return {name, side.code + ": " + side.reason};
}

Part guard_part(const Vitals& vitals) {
  return {"guard", vitals.guard_passed ? "" : "has not passed yet"};
}

Part phase_part(const Vitals& vitals) {
  switch (vitals.phase) {
    case Phase::kStarting:
      return {"phase", "starting"};
    case Phase::kReloading:
      return {"phase", "reloading"};
    case Phase::kStopping:
      return {"phase", "stopping"};
    case Phase::kWorking:
      break;
  }
  return {"phase", {}};
}

bool is_excluded(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (list.substr(0, end) == name) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

}  // namespace

HttpResponse livez(const Vitals& vitals, std::chrono::milliseconds patience) {
  const Part loop = loop_part(vitals, patience);
  HttpResponse response;
  response.status = loop.objection.empty() ? kOk : kNotReady;
  response.body = loop.objection.empty() ? "ok\n" : "loop: " + loop.objection + "\n";
  return response;
}

HttpResponse readyz(const Vitals& vitals, std::chrono::milliseconds patience,
                    const FormValues& query) {
  const auto excluded = query.find("exclude");
  const std::vector<Part> parts{loop_part(vitals, patience), phase_part(vitals), guard_part(vitals),
                                side_part("database", vitals.database),
                                side_part("moodle", vitals.moodle)};
  std::string lines;
  bool is_ready = true;
  for (const Part& part : parts) {
    if (excluded != query.end() && is_excluded(excluded->second, part.name)) {
      lines += "[ ] " + part.name + " excluded\n";
      continue;
    }
    is_ready = is_ready && part.objection.empty();
    lines += part.objection.empty() ? "[+] " + part.name + " ok\n"
                                    : "[-] " + part.name + " " + part.objection + "\n";
  }
  HttpResponse response;
  response.status = is_ready ? kOk : kNotReady;
  response.body = query.contains("verbose") ? lines : "";
  response.body += is_ready ? "ready\n" : "not ready\n";
  return response;
}

}  // namespace moodlesync::ops
