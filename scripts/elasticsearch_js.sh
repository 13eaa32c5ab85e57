#!/usr/bin/env bash
# The official Elasticsearch client for the tests: installed below build/real-parts from its lock file, without running any of
# its scripts. What cannot be fetched is said and left out; its test then skips. Nothing to do takes some milliseconds.
#   scripts/elasticsearch_js.sh
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=scripts/common.sh
. "$top/scripts/common.sh"

from="$top/tests/live/elasticsearch_js"
folder="$(build_root)/real-parts/elasticsearch-js"
cmp -s "$from/package-lock.json" "$folder/fetched" && exit 0
if ! command -v npm >/dev/null; then
  say "npm is missing; the test of the Elasticsearch client is skipped" "npm がないため、Elasticsearch クライアントのテストを省略します"
  exit 0
fi
rm -rf "$folder"
mkdir -p "$folder"
cp "$from/package.json" "$from/package-lock.json" "$from/.npmrc" "$folder/"
if (cd "$folder" && timeout 180 npm ci --ignore-scripts --no-audit --no-fund) >"$folder/npm.log" 2>&1; then
  cp "$from/package-lock.json" "$folder/fetched"
else
  tail -n 3 "$folder/npm.log" >&2
  say "The Elasticsearch client could not be fetched; its test is skipped" "Elasticsearch クライアントを取得できないため、テストを省略します"
fi
