#include "base/first_few.h"

#include <algorithm>

namespace moodlesync::base {

std::string first_few(std::span<const std::string> words, std::size_t most) {
  std::string text;
  for (const std::string& word : words.first(std::min(words.size(), most))) {
    text.append(text.empty() ? "" : ", ").append(word);
  }
  if (words.size() > most) text += " and " + std::to_string(words.size() - most) + " more";
  return text;
}

}  // namespace moodlesync::base
