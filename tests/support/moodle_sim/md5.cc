#include "support/moodle_sim/md5.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace moodlesync::sim {

namespace {

using Words = std::array<std::uint32_t, 4>;

constexpr std::array<std::array<int, 4>, 4> kShifts = {
    {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};

std::uint32_t word_at(const std::string& text, std::size_t at) {
  std::uint32_t word = 0;
  for (std::size_t i = 4; i-- > 0;) word = (word << 8U) | static_cast<unsigned char>(text[at + i]);
  return word;
}

/// The round's mixing function and the word of the block that it takes.
std::pair<std::uint32_t, std::size_t> mix(std::size_t step, const Words& w) {
  const auto [a, b, c, d] = w;
  switch (step / 16) {
    case 0:
      return {(b & c) | (~b & d), step};
    case 1:
      return {(d & b) | (~d & c), (5 * step + 1) % 16};
    case 2:
      return {b ^ c ^ d, (3 * step + 5) % 16};
    default:
      return {c ^ (b | ~d), (7 * step) % 16};
  }
}

void digest_block(const std::string& text, std::size_t at, Words& state) {
  Words w = state;
  for (std::size_t step = 0; step < 64; ++step) {
    const double sine = std::fabs(std::sin(static_cast<double>(step + 1)));
    const auto constant = static_cast<std::uint32_t>(sine * 4294967296.0);
    const auto [mixed, index] = mix(step, w);
    const std::uint32_t sum = w[0] + mixed + constant + word_at(text, at + 4 * index);
    const std::uint32_t next = w[1] + std::rotl(sum, kShifts.at(step / 16).at(step % 4));
    w = {w[3], next, w[1], w[2]};
  }
  for (std::size_t i = 0; i < w.size(); ++i) state.at(i) += w.at(i);
}

}  // namespace

std::string md5(const std::string& text) {
  std::string padded = text + '\x80';
  while (padded.size() % 64 != 56) padded.push_back('\0');
  const std::uint64_t bits = std::uint64_t{8} * text.size();
  for (unsigned i = 0; i < 8; ++i) padded.push_back(static_cast<char>((bits >> (8 * i)) & 0xFFU));
  Words state = {0x67452301U, 0xefcdab89U, 0x98badcfeU, 0x10325476U};
  for (std::size_t at = 0; at < padded.size(); at += 64) digest_block(padded, at, state);
  std::string hex;
  for (const std::uint32_t word : state) {
    for (unsigned i = 0; i < 4; ++i) {
      std::array<char, 3> digits{};
      std::snprintf(digits.data(), digits.size(), "%02x", (word >> (8 * i)) & 0xFFU);
      hex += digits.data();
    }
  }
  return hex;
}

}  // namespace moodlesync::sim
