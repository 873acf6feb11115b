#include "ops/observers.h"

namespace moodlesync::ops {

void Observers::entered(Phase phase, const Error* hindrance) {
  for (Observer* observer : observers_) observer->entered(phase, hindrance);
}

void Observers::turned(const Turn& turn) {
  for (Observer* observer : observers_) observer->turned(turn);
}

void Observers::ended(const Ending& ending) {
  for (Observer* observer : observers_) observer->ended(ending);
}

void Observers::called(const MoodleCall& call) {
  for (Observer* observer : observers_) observer->called(call);
}

}  // namespace moodlesync::ops
