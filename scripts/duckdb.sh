#!/usr/bin/env bash
# DuckDB's library and header, out of its npm packages: fetched once into the user's cache, checked against the hashes below,
# shared by every build folder. Prints the folder that has them. None of the packages' scripts is run.
#   scripts/duckdb.sh
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/common.sh
. "$top/scripts/common.sh"

# A version that both processors have; npm's `duckdb` is only for its duckdb.h.
version=1.4.4
case "$(uname -m)" in
  x86_64 | amd64)
    library=@duckdb/node-bindings-linux-x64@$version-r.1
    library_sha512=7e360d73eb78fd3ee6873679ee8268210696bdb615bf186275c34d6a7b101625a777afc930b0942dde2a9edf172374edd81ad9b2b687ebdd0a481212dd03edd3
    ;;
  aarch64 | arm64)
    library=@duckdb/node-bindings-linux-arm64@$version-r.1
    library_sha512=c2af76fc471388e4d15b54520cec2378bc8c3175b0355370536d5341d7eedec812f3af88877ada68aebc95e0e063971681fef659edc9d96ec7633f06c3170c63
    ;;
  *)
    say "There is no DuckDB for $(uname -m)" "$(uname -m) 用の DuckDB はありません"
    exit 1
    ;;
esac
header=duckdb@$version
header_sha512=844249e61c9517454b8f776638ba6c5ab411d1bddde1892ab72826ea25178c72430e74aa83f5122b171be6abcdace84560f824b5ac94e9d5c2b603ea7269a9a2

folder="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/yorozu/duckdb-$version-$(uname -m)"
if [ -e "$folder/libduckdb.so" ] && [ -e "$folder/duckdb.h" ]; then
  echo "$folder"
  exit 0
fi
if ! command -v npm >/dev/null; then
  say "npm is missing; it is needed once to fetch DuckDB" "npm がありません。DuckDB の取得に一度だけ必要です"
  exit 1
fi

mkdir -p "$folder"
work=$(mktemp -d "$folder/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT

# pack PACKAGE SHA512 MEMBER: the file MEMBER of the package, into the work folder. npm can hang: a time limit, a second try.
pack() {
  local package=$1 sha512=$2 member=$3 name try
  for try in 1 2; do
    if name=$(cd "$work" && timeout 240 npm pack --silent "$package" 2>"$work/npm.log" | tail -n 1) &&
      [ -n "$name" ] && [ -e "$work/$name" ]; then
      if ! echo "$sha512  $work/$name" | sha512sum --check --status; then
        say "$package is not the file that was expected; nothing of it is used" "$package は期待したファイルではないため、使用しません"
        return 1
      fi
      tar -xzf "$work/$name" -C "$work" --strip-components="$(tr -dc / <<<"$member" | wc -c)" "$member"
      return 0
    fi
    [ "$try" = 2 ] || say "Fetching $package once more ..." "$package をもう一度取得しています ..."
  done
  tail -n 3 "$work/npm.log" >&2
  say "$package could not be fetched" "$package を取得できませんでした"
  return 1
}

say "Fetching DuckDB (once) ..." "DuckDB を取得しています (初回のみ) ..."
pack "$library" "$library_sha512" package/libduckdb.so
pack "$header" "$header_sha512" package/src/duckdb/src/include/duckdb.h
mv "$work/libduckdb.so" "$work/duckdb.h" "$folder/"
echo "$folder"
