#!/usr/bin/env bash
# Programs of other makers that the tests run against: fetched from Debian and unpacked below build/real-parts, not installed,
# because rsyslog and syslog-ng exclude each other and installing starts daemons. What cannot be fetched is said and left
# out; its tests then skip. Done once; nothing to do takes some milliseconds.
#   scripts/real_parts.sh
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/common.sh
. "$top/scripts/common.sh"

# Packages that an installation of PACKAGE... would bring and that are not here yet.
needed() {
  apt-get -s -q --no-install-recommends --reinstall -o Debug::NoLocking=1 install "$@" 2>/dev/null | sed -n 's/^Inst \([^ ]*\) .*/\1/p'
}

# fetch SET PACKAGE...: into build/real-parts/SET; its file `fetched` is written last.
fetch() {
  local set=$1 folder list work
  shift
  folder="$(build_root)/real-parts/$set"
  [ "$(cat "$folder/fetched" 2>/dev/null)" = "$*" ] && return 0
  list=$(needed "$@") || list=
  if [ -z "$list" ]; then # a machine whose package lists were never fetched, or thrown away
    as_root apt-get -q update >/dev/null 2>&1 </dev/null || true
    list=$(needed "$@") || list=
  fi
  if [ -z "$list" ]; then
    say "Not to be had here, its tests are skipped: $*" "ここでは入手できないため、テストを省略します: $*"
    return 0
  fi
  work=$(mktemp -d)
  # shellcheck disable=SC2086
  if (cd "$work" && apt-get -q download $list >log 2>&1); then
    rm -rf "$folder"
    mkdir -p "$folder"
    for package in "$work"/*.deb; do dpkg -x "$package" "$folder"; done
    echo "$*" >"$folder/fetched"
  else
    tail -n 3 "$work/log" >&2
    say "Could not be fetched, its tests are skipped: $*" "取得できなかったため、テストを省略します: $*"
  fi
  rm -rf "$work"
}

command -v apt-get >/dev/null && command -v dpkg >/dev/null || exit 0
fetch rsyslog rsyslog rsyslog-gnutls rsyslog-openssl rsyslog-relp rsyslog-elasticsearch
fetch syslog-ng syslog-ng-core
