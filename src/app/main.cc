#include "app/program.h"
#include "ops/core_dumps.h"

int main(int argc, char** argv) {
  moodlesync::ops::forbid_core_dumps();
  return moodlesync::app::run_program(argc, argv, moodlesync::app::standard_rooms());
}
