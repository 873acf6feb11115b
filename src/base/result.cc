#include "moodlesync/result.h"

#include <utility>

namespace moodlesync {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kTransient:
      return "transient";
    case ErrorKind::kInDoubt:
      return "in_doubt";
    case ErrorKind::kUnavailable:
      return "unavailable";
    case ErrorKind::kRejected:
      return "rejected";
    case ErrorKind::kConfig:
      return "config";
    case ErrorKind::kBug:
      return "bug";
  }
  return "unknown";
}

Error taken(Error& from) { return std::move(from); }

}  // namespace moodlesync
