#include "ops/html.h"

namespace moodlesync::ops {

Html& Html::text(std::string_view plain) {
  for (const char c : plain) {
    switch (c) {
      case '&':
        page_ += "&amp;";
        break;
      case '<':
        page_ += "&lt;";
        break;
      case '>':
        page_ += "&gt;";
        break;
      case '"':
        page_ += "&quot;";
        break;
      case '\'':
        page_ += "&#39;";
        break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        page_ += byte < 0x20U && c != '\n' && c != '\t' ? ' ' : c;
      }
    }
  }
  return *this;
}

Html& Html::number(std::int64_t value) {
  page_ += grouped(value);
  return *this;
}

std::string grouped(std::int64_t value) {
  std::string digits = std::to_string(value);
  const std::size_t first = value < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

std::string counted(std::int64_t value, std::string_view one, std::string_view many) {
  std::string text = grouped(value) + " ";
  if (value == 1) return text.append(one);
  return many.empty() ? text.append(one).append("s") : text.append(many);
}

}  // namespace moodlesync::ops
