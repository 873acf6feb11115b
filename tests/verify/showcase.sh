# shellcheck shell=bash
# To be sourced: a running showcase (tests/verify/showcase.cc) for a check. Needs $BUILD, the build folder.
#
#   start_showcase      sets $url and $token
#   play WORD           fails the check when the showcase cannot do it

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

start_showcase() {
  coproc SHOWCASE { exec "$BUILD/tests/verify/moodle-syncd-showcase"; }
  showcase_pid=$SHOWCASE_PID
  local word value
  read -r -t 120 word value <&"${SHOWCASE[0]}" || fail "the showcase did not start"
  [ "$word" = port ] || fail "the showcase said $word"
  # Both are for the check that sources this.
  # shellcheck disable=SC2034
  url=http://127.0.0.1:$value
  # shellcheck disable=SC2034
  read -r -t 10 word token <&"${SHOWCASE[0]}" || fail "the showcase has no token"
}

play() {
  local answer
  echo "$1" >&"${SHOWCASE[1]}"
  read -r -t 240 answer <&"${SHOWCASE[0]}" || fail "'$1' took too long"
  [ "$answer" = ok ] || fail "'$1' did not work"
}

end_showcase() {
  [ -n "${showcase_pid:-}" ] || return 0
  echo end >&"${SHOWCASE[1]}" || true
  wait "$showcase_pid" || true
}
