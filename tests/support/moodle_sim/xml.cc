#include "support/moodle_sim/xml.h"

namespace moodlesync::sim {

namespace {

constexpr const char* kProlog = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n";

std::string escape(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string scalar(const Json& value) {
  if (value.is_string()) return escape(value.get<std::string>());
  if (value.is_boolean()) return value.get<bool>() ? "1" : "0";
  return value.dump();
}

std::string element(const Json& value) {
  if (value.is_null()) return "<VALUE null=\"null\"/>\n";
  if (value.is_array()) {
    std::string out = "<MULTIPLE>\n";
    for (const Json& item : value) out += element(item);
    return out + "</MULTIPLE>\n";
  }
  if (!value.is_object()) return "<VALUE>" + scalar(value) + "</VALUE>\n";
  std::string out = "<SINGLE>\n";
  for (const auto& [key, item] : value.items()) {
    out += "<KEY name=\"" + key + "\">" + element(item) + "</KEY>\n";
  }
  return out + "</SINGLE>\n";
}

}  // namespace

std::string xml_response(const Json& result) {
  return kProlog + ("<RESPONSE>\n" + (result.is_null() ? "" : element(result))) + "</RESPONSE>\n";
}

std::string xml_exception(const std::string& exception, const std::string& code,
                          const std::string& message) {
  return kProlog + ("<EXCEPTION class=\"" + exception + "\">\n<ERRORCODE>" + escape(code)) +
         "</ERRORCODE>\n<MESSAGE>" + escape(message) + "</MESSAGE>\n</EXCEPTION>\n";
}

}  // namespace moodlesync::sim
