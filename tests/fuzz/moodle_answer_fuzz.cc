// What comes back from the address in moodle.url: whatever it is, every row of the call gets an
// answer or an error, and nothing that was sent counts as done without Moodle's saying so.
//
// The first two bytes choose the HTTP status and the function that was called; the rest is the
// body.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "moodle/answers.h"
#include "moodle/envelope.h"

namespace {

using namespace moodlesync;
using moodle::Reply;
using moodle::Verdict;

constexpr std::array<Function, 6> kFunctions{{
    {.name = "in_order"},
    {.name = "nothing", .answer = Function::Answer::kNothing},
    {.name = "warnings",
     .answer = Function::Answer::kWarnings,
     .match = "id",
     .done_code = "3",
     .all_or_nothing = false},
    {.name = "match",
     .effect = Function::Effect::kRead,
     .shape = Function::Shape::kValues,
     .answer = Function::Answer::kMatch,
     .match = "id"},
    {.name = "whole",
     .effect = Function::Effect::kRead,
     .shape = Function::Shape::kSingle,
     .answer = Function::Answer::kWhole},
    {.name = "write_alone", .shape = Function::Shape::kSingle, .answer = Function::Answer::kWhole},
}};
constexpr std::array<long, 8> kStatus{200, 200, 200, 200, 303, 403, 500, 503};

void require(bool condition) {
  if (!condition) std::abort();
}

void deal(const Function& function, Json answer) {
  const Params first = Params().add("id", "1");
  const Params second = Params().add("id", "2");
  const std::array<const Params*, 3> rows{&first, &second, nullptr};
  const bool alone = function.shape == Function::Shape::kSingle;
  const std::size_t count = alone ? 1 : rows.size();
  static_cast<void>(moodle::has_stray_warning(function, answer));
  const auto results = moodle::deal_out(function, {rows.data(), count}, std::move(answer));
  require(results.size() == count);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Function& function = kFunctions.at(data[0] % kFunctions.size());
  Reply reply;
  reply.status = kStatus.at(data[1] % kStatus.size());
  reply.body.assign(reinterpret_cast<const char*>(data) + 2, size - 2);
  reply.location = reply.body.substr(0, 100);
  const std::size_t rows = function.shape == Function::Shape::kSingle ? 1 : 3;
  Verdict verdict = moodle::judge(reply, {&function, rows, 500});
  if (verdict.next == Verdict::Next::kDeal) {
    require(reply.status == 200);
    deal(function, std::move(verdict.answer));
  } else {
    require(!verdict.error.code.empty() && !verdict.error.message.empty());
  }
  return 0;
}
