#include "conformance/recording.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace moodlesync::conformance {

namespace {

sim::Variables read_params(const Json& params) {
  sim::Variables variables;
  for (const Json& pair : params) {
    if (pair.is_object()) {
      variables.emplace_back(pair.at("name"), pair.at("value"));
    } else {
      variables.emplace_back(pair.at(0), pair.at(1));
    }
  }
  return variables;
}

}  // namespace

std::optional<std::string> recordings_folder() {
  const char* chosen = std::getenv("MOODLESYNC_RECORDINGS");
  const std::string folder = chosen != nullptr ? chosen : MOODLESYNC_RECORDINGS_DIR;
  if (!std::filesystem::is_directory(folder)) return std::nullopt;
  return folder;
}

std::vector<RecordedCall> load_recording(const std::string& path) {
  std::ifstream file(path);
  const Json content = Json::parse(file, nullptr, false);
  const Json& list = content.is_object() ? content.at("calls") : content;
  std::vector<RecordedCall> calls;
  for (const Json& entry : list) {
    RecordedCall call;
    call.where = std::filesystem::path(path).stem().string() + " #" + std::to_string(calls.size());
    call.note = entry.at("note");
    call.function = entry.at("function");
    call.in_prose = !entry.at("params").is_array();
    if (!call.in_prose) call.params = read_params(entry.at("params"));
    call.http_status = entry.at("http_status");
    call.content_type = entry.at("content_type");
    call.response = entry.at("response");
    calls.push_back(std::move(call));
  }
  return calls;
}

}  // namespace moodlesync::conformance
