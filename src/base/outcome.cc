#include "moodlesync/outcome.h"

namespace moodlesync {

namespace {

struct Name {
  std::string_view operator()(const Synced& /*outcome*/) const { return "synced"; }
  std::string_view operator()(const Unchanged& /*outcome*/) const { return "unchanged"; }
  std::string_view operator()(const Removed& /*outcome*/) const { return "removed"; }
  std::string_view operator()(const Skipped& /*outcome*/) const { return "skipped"; }
  std::string_view operator()(const Waiting& /*outcome*/) const { return "waiting"; }
  std::string_view operator()(const Error& error) const { return to_string(error.kind); }
};

}  // namespace

std::string_view outcome_name(const Outcome& outcome) { return std::visit(Name{}, outcome); }

}  // namespace moodlesync
