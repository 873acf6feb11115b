#include "components/users/regional.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace moodlesync::users {

namespace {

/// ISO 3166-1 alpha-2, as Moodle 5.1 knows them (lang/en/countries.php); two letters each.
constexpr std::string_view kCountries =
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCM"
    "CNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGY"
    "HKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMF"
    "MGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARE"
    "RORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZ"
    "VAVCVEVGVIVNVUWFWSYEYTZAZMZW";

bool is_country(std::string_view code) {
  for (std::size_t at = 0; at < kCountries.size(); at += 2) {
    if (kCountries.substr(at, 2) == code) return true;
  }
  return false;
}

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// -13 … 13, in halves up to 12.5.
bool is_hours(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const bool half = text.ends_with(".5");
  if (half || text.ends_with(".0")) text.remove_suffix(2);
  const auto hours = base::parse_int(text);
  return hours && *hours >= 0 && *hours <= (half ? 12 : 13);
}

/// A word of letters and digits, then letters, _, - and single slashes.
bool is_zone_name(std::string_view text) {
  const auto in_word = [](char c) { return is_letter(c) || is_digit(c); };
  const auto word_end = std::ranges::find_if_not(text, in_word);
  // The first word gives its last letters up to the rest, which may hold no digit.
  const auto digits_end = std::find_if(text.rbegin(), text.rend(), is_digit).base();
  if (word_end == text.begin() || digits_end > word_end || text.size() < 2) return false;
  if (digits_end == text.end()) return false;
  bool after_slash = false;
  for (const char c : text.substr(static_cast<std::size_t>(word_end - text.begin()))) {
    if (c != '/' && !is_letter(c) && c != '_' && c != '-') return false;
    if (c == '/' && after_slash) return false;
    after_slash = c == '/';
  }
  return !after_slash;
}

/// "Etc/GMT+5" lies five hours *behind* Greenwich: POSIX counts westwards.
std::optional<std::string> etc_hours(std::string_view text) {
  constexpr std::string_view kPrefix = "Etc/GMT";
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const std::string_view hours = text.substr(1);
  if (!is_hours(hours)) return std::nullopt;
  if (hours == "0") return std::string("0");
  return (text[0] == '+' ? "-" : "") + std::string(hours);
}

}  // namespace

Result<std::string> to_country(std::string_view text) {
  std::string code(base::trim(text));
  for (char& c : code) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  if (code.empty() || is_country(code)) return code;
  return Error{ErrorKind::kRejected, "bad_country",
               "country is not a two-letter ISO 3166-1 code; of an address field map the column "
               "country_code"};
}

Result<std::string> to_timezone(std::string_view text) {
  const std::string_view zone = base::trim(text);
  if (zone.empty() || zone == "99" || is_hours(zone) || is_zone_name(zone)) {
    return std::string(zone);
  }
  if (auto hours = etc_hours(zone)) return *std::move(hours);
  return Error{ErrorKind::kRejected, "bad_timezone",
               "timezone is neither 99, nor hours from -13 to 13, nor a name such as "
               "Europe/Vienna"};
}

Result<std::string> to_language(std::string_view text) {
  struct Renamed {
    std::string_view drupal;
    std::string_view moodle;
  };
  // Where Drupal's code and the name of Moodle's pack differ.
  constexpr auto kRenamed = std::to_array<Renamed>({{"und", ""},
                                                    {"zxx", ""},
                                                    {"nb", "no"},
                                                    {"pt_pt", "pt"},
                                                    {"zh_hans", "zh_cn"},
                                                    {"zh_hant", "zh_tw"}});
  std::string code = base::ascii_lower(base::trim(text));
  std::ranges::replace(code, '-', '_');
  const auto* const renamed = std::ranges::find(kRenamed, code, &Renamed::drupal);
  if (renamed != kRenamed.end()) return std::string(renamed->moodle);
  const bool fits =
      std::ranges::all_of(code, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
  if (fits) return code;
  return Error{ErrorKind::kRejected, "bad_lang", "lang is not a language code such as de or pt-br"};
}

}  // namespace moodlesync::users
