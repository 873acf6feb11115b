#include "ops/http_message.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace moodlesync::ops {

namespace {

constexpr std::size_t kMostHeaders = 64;
constexpr std::string_view kLineEnd = "\r\n";

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10U;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10U;
  return std::nullopt;
}

/// The byte that "%41" at the front of `text` stands for.
std::optional<char> escaped(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') return std::nullopt;
  const auto high = hex_digit(text[1]);
  const auto low = hex_digit(text[2]);
  if (!high || !low) return std::nullopt;
  return static_cast<char>(*high << 4U | *low);
}

std::string decoded(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (const auto byte = escaped(text.substr(i))) {
      plain += *byte;
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c < '\x7f' &&
           std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
  });
}

bool is_visible(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20U || byte == 0x7fU;
  });
}

ParsedRequest refused(int status) {
  ParsedRequest parsed;
  parsed.state = ParsedRequest::State::kRefused;
  parsed.status = status;
  return parsed;
}

/// Takes one line off the front of `rest`.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(kLineEnd), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + kLineEnd.size(), rest.size()));
  return line;
}

/// "GET /path?query HTTP/1.1"; the status to refuse it with, or nothing.
std::optional<int> read_request_line(std::string_view line, HttpRequest& request) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return 400;
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method) || !target.starts_with('/') || !is_visible(target) ||
      target.find(' ') != std::string_view::npos) {
    return 400;
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return 505;
  const std::size_t mark = target.find('?');
  request.method = method;
  request.path = target.substr(0, mark);
  if (mark != std::string_view::npos) request.query = parse_form(target.substr(mark + 1));
  return std::nullopt;
}

std::optional<int> read_headers(std::string_view rest, HttpRequest& request) {
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return 400;
    const std::string_view value = base::trim(line.substr(colon + 1));
    if (!is_visible(value)) return 400;
    const bool is_new =
        request.headers.emplace(base::ascii_lower(line.substr(0, colon)), value).second;
    // Two lengths are how one request is smuggled behind another.
    if (!is_new && base::ascii_lower(line.substr(0, colon)) == "content-length") return 400;
    if (request.headers.size() > kMostHeaders) return 431;
  }
  return std::nullopt;
}

/// The length of the body that the head announces, or the status to refuse it with.
struct Announced {
  std::size_t length = 0;
  int status = 0;
};
Announced announced_body(const HttpRequest& request) {
  if (!request.header("transfer-encoding").empty()) return {0, 501};
  const std::string_view text = request.header("content-length");
  if (text.empty()) return {};
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error == std::errc::result_out_of_range) return {0, 413};
  if (error != std::errc{} || end != text.data() + text.size()) return {0, 400};
  return {length, length > kLargestRequest ? 413 : 0};
}

std::string_view reason_phrase(int status) {
  using Pair = std::pair<int, std::string_view>;
  static constexpr std::array kReasons{Pair{200, "OK"},
                                       Pair{303, "See Other"},
                                       Pair{400, "Bad Request"},
                                       Pair{401, "Unauthorized"},
                                       Pair{403, "Forbidden"},
                                       Pair{404, "Not Found"},
                                       Pair{405, "Method Not Allowed"},
                                       Pair{408, "Request Timeout"},
                                       Pair{413, "Content Too Large"},
                                       Pair{429, "Too Many Requests"},
                                       Pair{431, "Request Header Fields Too Large"},
                                       Pair{500, "Internal Server Error"},
                                       Pair{501, "Not Implemented"},
                                       Pair{503, "Service Unavailable"},
                                       Pair{505, "HTTP Version Not Supported"}};
  const auto* const found = std::ranges::find(kReasons, status, &Pair::first);
  return found == kReasons.end() ? "Status" : found->second;
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string_view{} : found->second;
}

FormValues HttpRequest::form() const {
  if (!header("content-type").starts_with("application/x-www-form-urlencoded")) return {};
  return parse_form(body);
}

std::string HttpRequest::cookie(std::string_view name) const {
  std::string_view rest = header("cookie");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view pair = base::trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return std::string(pair.substr(equals + 1));
    }
  }
  return {};
}

FormValues parse_form(std::string_view text) {
  FormValues values;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (equals == 0) continue;
    const std::string_view value = equals < pair.size() ? pair.substr(equals + 1) : "";
    values.emplace(decoded(pair.substr(0, equals)), decoded(value));
  }
  return values;
}

ParsedRequest parse_request(std::string_view bytes) {
  constexpr std::string_view kHeadEnd = "\r\n\r\n";
  const std::size_t end = bytes.find(kHeadEnd);
  if (end == std::string_view::npos) {
    return bytes.size() > kLargestRequest ? refused(431) : ParsedRequest{};
  }
  ParsedRequest parsed;
  std::string_view head = bytes.substr(0, end);
  const std::string_view line = take_line(head);
  if (const auto status = read_request_line(line, parsed.request)) return refused(*status);
  if (const auto status = read_headers(head, parsed.request)) return refused(*status);
  const Announced body = announced_body(parsed.request);
  if (body.status != 0) return refused(body.status);
  const std::size_t start = end + kHeadEnd.size();
  if (start + body.length > kLargestRequest) return refused(413);
  if (bytes.size() < start + body.length) return {};
  parsed.request.body = bytes.substr(start, body.length);
  parsed.state = ParsedRequest::State::kComplete;
  return parsed;
}

std::string render(const HttpResponse& response, bool with_body) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " ";
  text.append(reason_phrase(response.status)).append(kLineEnd);
  const auto add = [&text](std::string_view name, std::string_view value) {
    text.append(name).append(": ").append(value).append(kLineEnd);
  };
  add("Content-Type", response.content_type);
  add("Content-Length", std::to_string(response.body.size()));
  add("Cache-Control", "no-store");
  add("X-Content-Type-Options", "nosniff");
  add("Connection", "close");
  for (const auto& [name, value] : response.headers) add(name, value);
  text.append(kLineEnd);
  if (with_body) text += response.body;
  return text;
}

}  // namespace moodlesync::ops
