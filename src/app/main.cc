#include "app/program.h"

int main(int argc, char** argv) {
  return moodlesync::app::run_program(argc, argv, moodlesync::app::standard_rooms());
}
