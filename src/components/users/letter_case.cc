#include "components/users/letter_case.h"

#include <algorithm>
#include <array>

namespace moodlesync::users {

namespace {

/// Capitals whose small letter stands `step` code points behind. `every` 2: capitals and small
/// letters take turns.
struct CapitalRange {
  std::uint32_t first;
  std::uint32_t last;
  std::uint32_t step;
  std::uint32_t every;
};

// Unicode 15, UnicodeData.txt, simple lower-case mappings.
constexpr auto kCapitals = std::to_array<CapitalRange>({
    {0x0041, 0x005A, 32, 1}, {0x00C0, 0x00D6, 32, 1}, {0x00D8, 0x00DE, 32, 1},
    {0x0100, 0x012E, 1, 2},  {0x0132, 0x0136, 1, 2},  {0x0139, 0x0147, 1, 2},
    {0x014A, 0x0176, 1, 2},  {0x0179, 0x017D, 1, 2},  {0x01CD, 0x01DB, 1, 2},
    {0x01DE, 0x01EE, 1, 2},  {0x01F8, 0x021E, 1, 2},  {0x0222, 0x0232, 1, 2},
    {0x0386, 0x0386, 38, 1}, {0x0388, 0x038A, 37, 1}, {0x038C, 0x038C, 64, 1},
    {0x038E, 0x038F, 63, 1}, {0x0391, 0x03A1, 32, 1}, {0x03A3, 0x03AB, 32, 1},
    {0x0400, 0x040F, 80, 1}, {0x0410, 0x042F, 32, 1}, {0x0460, 0x0480, 1, 2},
    {0x048A, 0x04BE, 1, 2},  {0x04C1, 0x04CD, 1, 2},  {0x04D0, 0x052E, 1, 2},
    {0x0531, 0x0556, 48, 1}, {0x1E00, 0x1E94, 1, 2},  {0x1EA0, 0x1EFE, 1, 2},
    {0xFF21, 0xFF3A, 32, 1},
});

std::uint32_t lower(std::uint32_t code) {
  constexpr std::uint32_t kCapitalYDiaeresis = 0x0178;
  constexpr std::uint32_t kCapitalSharpS = 0x1E9E;
  if (code == kCapitalYDiaeresis) return 0x00FF;
  if (code == kCapitalSharpS) return 0x00DF;
  for (const CapitalRange& range : kCapitals) {
    const bool inside = code >= range.first && code <= range.last;
    if (inside && (code - range.first) % range.every == 0) return code + range.step;
  }
  return code;
}

void append(std::string& text, std::uint32_t code) {
  const auto tail = [&text](std::uint32_t bits) {
    text += static_cast<char>(0x80U | (bits & 0x3FU));
  };
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0U | (code >> 6U));
    tail(code);
  } else if (code < 0x10000) {
    text += static_cast<char>(0xE0U | (code >> 12U));
    tail(code >> 6U);
    tail(code);
  } else {
    text += static_cast<char>(0xF0U | (code >> 18U));
    tail(code >> 12U);
    tail(code >> 6U);
    tail(code);
  }
}

}  // namespace

std::pair<std::uint32_t, std::size_t> first_character(std::string_view text) {
  const auto byte = [text](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  std::uint32_t code = lead & (0x7FU >> size);
  for (std::size_t i = 1; i < std::min(size, text.size()); ++i) {
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  return {code, std::min(size, text.size())};
}

std::string lower_case(std::string_view text) {
  std::string small;
  small.reserve(text.size());
  while (!text.empty()) {
    const auto [code, size] = first_character(text);
    append(small, lower(code));
    text.remove_prefix(size);
  }
  return small;
}

}  // namespace moodlesync::users
