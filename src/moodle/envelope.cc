#include "moodle/envelope.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "moodle/errorcodes.h"
#include "moodle/redact.h"

namespace moodlesync::moodle {

namespace {

using Next = Verdict::Next;

bool is_read(const Asked& asked) { return asked.function->effect == Function::Effect::kRead; }

std::string said_by(const Asked& asked, std::string_view what) {
  return std::string(asked.function->name) + ": " + std::string(what);
}

Verdict refuse(const Asked& asked, ErrorKind kind, std::string_view code, std::string_view what) {
  Verdict verdict;
  verdict.error = Error{kind, std::string(code), said_by(asked, what)};
  return verdict;
}

/// Moodle is away and has done nothing.
Verdict away(const Asked& asked, std::string_view code, std::string_view what) {
  Verdict verdict = refuse(asked, ErrorKind::kUnavailable, code, what);
  verdict.is_outage = true;
  return verdict;
}

/// Moodle may have acted, but what came back does not tell. `read_kind`: what it means for a read,
/// which changes nothing anyhow.
Verdict unknown(const Asked& asked, ErrorKind read_kind, std::string_view code,
                std::string_view what) {
  return refuse(asked, is_read(asked) ? read_kind : ErrorKind::kInDoubt, code, what);
}

Verdict unknown_and_away(const Asked& asked, ErrorKind read_kind, std::string_view code,
                         std::string_view what) {
  Verdict verdict = unknown(asked, read_kind, code, what);
  verdict.is_outage = true;
  verdict.may_be_a_row = true;
  return verdict;
}

/// Nothing was done, but it is open whether that concerns everything or only this call.
Verdict turned_away(const Asked& asked, std::string_view code, std::string_view what) {
  Verdict verdict = away(asked, code, what);
  verdict.may_be_a_row = true;
  return verdict;
}

/// A row is at fault, nothing was done.
Verdict blame_row(const Asked& asked, ErrorKind kind, std::string_view code,
                  std::string_view what) {
  Verdict verdict = refuse(asked, kind, code, what);
  verdict.next = Next::kSplit;
  return verdict;
}

Verdict too_large(const Asked& asked) {
  return blame_row(asked, ErrorKind::kRejected, "request_too_large",
                   "the web server refused the size of the request; raise its limit "
                   "(client_max_body_size, post_max_size)");
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// What Moodle said and, where it adds something, the real cause behind it.
std::string words_of(const Json& exception) {
  std::string words = redact(text_of(exception, "message"));
  const std::string debug = redact(text_of(exception, "debuginfo"));
  if (!debug.empty() && words.find(debug) == std::string::npos) words += " (" + debug + ")";
  return words;
}

/// Whether a call that Moodle refused with `code` has certainly changed nothing.
bool is_untouched(const Asked& asked, std::string_view code) {
  // Parameters are validated before anything is done, also by functions that go row by row.
  return is_read(asked) || asked.function->all_or_nothing || code == "invalidparameter";
}

Verdict judge_collision(const Asked& asked, std::string_view code, std::string_view what) {
  if (!is_untouched(asked, code)) return unknown(asked, ErrorKind::kTransient, code, what);
  Verdict verdict = blame_row(asked, ErrorKind::kRejected, code, what);
  verdict.may_be_collision = true;
  return verdict;
}

Verdict judge_row(const Asked& asked, ErrorKind kind, std::string_view code,
                  std::string_view what) {
  if (is_untouched(asked, code) || asked.rows == 1) return blame_row(asked, kind, code, what);
  return unknown(asked, ErrorKind::kTransient, code, what);
}

Verdict judge_without_code(const Json& exception, const Asked& asked) {
  const std::string what = "Moodle failed inside: " + words_of(exception);
  if (is_untouched(asked, {})) return blame_row(asked, ErrorKind::kRejected, "php_error", what);
  return unknown(asked, ErrorKind::kTransient, "php_error", what);
}

/// A refused password: the complaints stand where the code should be.
Verdict judge_complaint(const std::string& complaint, const Asked& asked) {
  return judge_row(asked, ErrorKind::kRejected, "refused_value",
                   "Moodle refused a value: " + redact(complaint));
}

Verdict judge_coded(const std::string& code, const Json& exception, const Asked& asked) {
  const CodeMeaning meaning = meaning_of(code);
  std::string what = words_of(exception) + " [" + code + "]";
  if (!meaning.advice.empty()) what += "; " + std::string(meaning.advice);
  switch (meaning.kind) {
    case CodeClass::kRow:
      return judge_row(asked, ErrorKind::kRejected, code, what);
    case CodeClass::kCollision:
      return judge_collision(asked, code, what);
    case CodeClass::kConfig:
      return refuse(asked, ErrorKind::kConfig, code, what);
    case CodeClass::kAccount: {
      Verdict verdict = refuse(asked, ErrorKind::kConfig, code, what);
      verdict.reads_lie = true;
      return verdict;
    }
    case CodeClass::kAway:
      return away(asked, code, what);
    case CodeClass::kClientBug:
      return judge_row(asked, ErrorKind::kBug, code, what);
    case CodeClass::kDoneOrRotten:
      return is_read(asked) ? blame_row(asked, ErrorKind::kRejected, code, what)
                            : refuse(asked, ErrorKind::kInDoubt, code, what);
    case CodeClass::kDone:
      break;
  }
  if (asked.function->answer != Function::Answer::kNothing) {
    return unknown(asked, ErrorKind::kTransient, code, what);
  }
  Verdict done;
  done.next = Next::kDeal;
  return done;
}

Verdict judge_exception(const Json& exception, const Asked& asked) {
  const std::string code(canonical_code(text_of(exception, "errorcode")));
  if (code.empty()) return judge_without_code(exception, asked);
  const bool is_code = is_identifier(code) || meaning_of(code).kind != CodeClass::kRow;
  return is_code ? judge_coded(code, exception, asked) : judge_complaint(code, asked);
}

/// 200 with something that is not JSON.
Verdict judge_foreign(std::string_view body, const Asked& asked) {
  constexpr std::size_t kHarmlessBytes = std::size_t{64} * 1024;
  const std::string_view text = base::trim(body);
  if (text.empty()) {
    return unknown_and_away(asked, ErrorKind::kTransient, "empty_answer",
                            "Moodle's answer is empty");
  }
  if (text.front() == '[' || text.front() == '{') {
    return unknown_and_away(asked, ErrorKind::kTransient, "cut_answer",
                            "Moodle's answer is cut off");
  }
  if (text.find("<EXCEPTION") != std::string_view::npos) {
    // Moodle saw none of our variables: larger than post_max_size, or somebody changed the request.
    if (asked.body_bytes > kHarmlessBytes) return too_large(asked);
    return refuse(asked, ErrorKind::kConfig, "request_lost",
                  "Moodle did not see the request's variables; a proxy between us changes it");
  }
  return unknown_and_away(
      asked, ErrorKind::kUnavailable, "not_json",
      "something else than Moodle's web service answered: " + redact(text.substr(0, 1000)));
}

/// Moodle's answers nest a handful deep. Whatever copies or writes a Json descends into it, and a
/// few megabytes of brackets would take more stack than there is.
bool nests_too_deeply(std::string_view body) {
  constexpr int kDeepest = 100;
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < body.size() && depth <= kDeepest; ++i) {
    const char c = body[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return depth > kDeepest;
}

Verdict judge_body(const Reply& reply, const Asked& asked) {
  if (nests_too_deeply(reply.body)) {
    return unknown(asked, ErrorKind::kTransient, "unexpected_answer",
                   "the answer is nested more deeply than any of Moodle's");
  }
  Json answer = Json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
  if (answer.is_discarded()) return judge_foreign(reply.body, asked);
  if (answer.is_object() && answer.contains("exception")) return judge_exception(answer, asked);
  Verdict verdict;
  verdict.next = Next::kDeal;
  verdict.answer = std::move(answer);
  return verdict;
}

/// "https://other.example.org:8443" of a URL; the rest of it is nobody's business.
std::string origin_of(std::string_view url) {
  const auto host = url.find("://");
  if (host == std::string_view::npos) return "another place";
  return std::string(url.substr(0, url.find_first_of("/?#", host + 3)));
}

Verdict judge_client_error(const Reply& reply, const Asked& asked) {
  const std::string status = "HTTP " + std::to_string(reply.status);
  switch (reply.status) {
    case 401:
    case 407:
      return refuse(asked, ErrorKind::kConfig, "http_" + std::to_string(reply.status),
                    status + ": something in front of Moodle asks for a password");
    case 403:
      return turned_away(asked, "http_403",
                         status +
                             ": web services or the REST protocol are switched off in Moodle "
                             "(Site administration > Server > Web services), or a firewall "
                             "refused us");
    case 404:
      return refuse(asked, ErrorKind::kConfig, "http_404",
                    status + ": there is no Moodle web service at moodle.url");
    case 408:
      return unknown_and_away(asked, ErrorKind::kTransient, "http_408", status);
    case 413:
      return too_large(asked);
    case 429:
      return away(asked, "http_429", status + ": too many requests");
    default:
      return turned_away(asked, "http_" + std::to_string(reply.status),
                         status + ": a proxy, a firewall or the web server refused the request");
  }
}

Verdict judge_status(const Reply& reply, const Asked& asked) {
  if (reply.status == 200) return judge_body(reply, asked);
  if (reply.status >= 300 && reply.status < 400) {
    return refuse(asked, ErrorKind::kConfig, "redirected",
                  "redirected to " + origin_of(reply.location) +
                      ": moodle.url must be exactly Moodle's wwwroot");
  }
  if (reply.status >= 400 && reply.status < 500) return judge_client_error(reply, asked);
  const std::string code = "http_" + std::to_string(reply.status);
  if (reply.status == 503) return away(asked, code, "HTTP 503: maintenance or overload");
  return unknown_and_away(asked, ErrorKind::kUnavailable, code,
                          "HTTP " + std::to_string(reply.status));
}

}  // namespace

Verdict judge(const Reply& reply, const Asked& asked) {
  switch (reply.delivery) {
    case Reply::Delivery::kNotSent:
      return away(asked, "unreachable", "Moodle cannot be reached: " + reply.detail);
    case Reply::Delivery::kLost:
      return unknown_and_away(asked, ErrorKind::kTransient, "no_answer",
                              "the answer did not come: " + reply.detail);
    case Reply::Delivery::kTooLarge:
      if (is_read(asked)) {
        return blame_row(asked, ErrorKind::kRejected, "answer_too_large",
                         "the answer is larger than allowed");
      }
      return refuse(asked, ErrorKind::kInDoubt, "answer_too_large",
                    "the answer is larger than allowed");
    case Reply::Delivery::kImpossible:
      return refuse(asked, ErrorKind::kConfig, "cannot_send", reply.detail);
    case Reply::Delivery::kAnswered:
      break;
  }
  Verdict verdict = judge_status(reply, asked);
  verdict.error.retry_after = reply.retry_after;
  return verdict;
}

}  // namespace moodlesync::moodle
