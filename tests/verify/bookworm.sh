# shellcheck shell=bash
# To be sourced: a Debian 12 of a check's own, from Debian's mirror; what it makes goes to build/verify.
mkdir -p build/verify

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

# until_true SECONDS COMMAND...: looks until the command succeeds.
until_true() {
  local until=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $until ] || return 1
    sleep 0.2
  done
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# bookworm NAME [PACKAGE...]: sets $tar to a tar of a minimal Debian 12 with these packages; made once a week.
bookworm() {
  local name=$1 root
  shift
  tar=$PWD/build/verify/$name.tar
  [ -z "$(find "$tar" -mtime -7 2>/dev/null)" ] || return 0
  root=$(mktemp -d "$PWD/build/verify/root.XXXXXX")
  chmod 755 "$root"  # Others than root look for their programs in it.
  debootstrap --variant=minbase bookworm "$root" >"$tar.log" || fail "debootstrap, see $tar.log"
  if [ $# -gt 0 ]; then in_root "$root" "$@" >>"$tar.log" 2>&1 || fail "apt-get, see $tar.log"; fi
  rm -f "$root"/var/cache/apt/archives/*.deb
  tar -C "$root" --numeric-owner --one-file-system -cf "$tar.new" .
  rm -rf "$root"
  mv "$tar.new" "$tar"
}

# in_root ROOT PACKAGE...: installs into a folder that is not booted, and starts nothing there.
in_root() {
  local root=$1
  shift
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  DEBIAN_FRONTEND=noninteractive chroot "$root" sh -c \
    'apt-get update -q && exec apt-get install -y -q --no-install-recommends "$@"' sh "$@"
  rm "$root/usr/sbin/policy-rc.d"
}
