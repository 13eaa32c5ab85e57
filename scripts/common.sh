# What ./run and ./test share: words for people, packages, the build. Sourced, after `top` is set to the source tree.
# Everything said here goes to standard error: standard output belongs to the program.

case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in ja*) speaks_japanese=1 ;; *) speaks_japanese= ;; esac

say() { # say ENGLISH JAPANESE
  if [ -n "$speaks_japanese" ]; then printf '%s\n' "$2" >&2; else printf '%s\n' "$1" >&2; fi
}

# Where builds go: beside the source, or in the user's cache when the checkout is somebody else's and cannot be written.
build_root() {
  if mkdir -p "$top/build" 2>/dev/null && [ -w "$top/build" ]; then
    echo "$top/build"
  else
    local cache="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/yorozu/build-$(printf '%s' "$top" | cksum | cut -d' ' -f1)"
    mkdir -p "$cache" && echo "$cache"
  fi
}

# Git in a checkout that belongs to somebody else; fails where there is no repository.
source_git() { git -c safe.directory='*' -C "$top" "$@"; }

packages_of() { # packages_of SECTION...
  local section
  for section in "$@"; do
    sed -n "/^\[$section\]/,/^\[/p" "$top/scripts/packages.txt" | { grep -v '^[[#]' || true; } |
      while IFS='|' read -r package command; do
        if [ -z "$command" ] || ! command -v "$command" >/dev/null; then echo "$package"; fi
      done
  done
}

missing_packages() {
  local have
  # Names that dpkg has never heard of make it fail, and are missing all the same.
  have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' || true)
  printf '%s\n' "$@" | grep -vxF -f <(printf '%s\n' "$have") || true
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# install_packages SECTION...: nothing to do takes some milliseconds.
install_packages() {
  local missing log
  # shellcheck disable=SC2046
  missing=$(missing_packages $(packages_of "$@"))
  [ -z "$missing" ] && return 0
  if ! command -v apt-get >/dev/null; then
    say "These packages are needed, and there is no apt-get to install them:" "次のパッケージが必要ですが、apt-get がないため導入できません:"
    printf '  %s\n' $missing >&2
    return 1
  fi
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    say "These packages are needed. Please have them installed by an administrator (there is no sudo here):" \
      "次のパッケージが必要です。sudo がないため、管理者に導入を依頼してください:"
    printf '  apt-get install --no-install-recommends %s\n' "$(echo $missing)" >&2
    return 1
  fi
  say "Installing packages: $(echo $missing)" "パッケージを導入しています: $(echo $missing)"
  log=$(mktemp)
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update >"$log" 2>&1 || true # the lists at hand may do
  # shellcheck disable=SC2086
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 \
    install --no-install-recommends $missing >>"$log" 2>&1 </dev/null; then
    tail -n 30 "$log" >&2
    say "Installing the packages failed; the lines above say why." "パッケージの導入に失敗しました。理由は上の行をご覧ください。"
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

# The same cache for every preset and every copy of the tree.
use_ccache() {
  export CCACHE_DIR="${CCACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/ccache}"
  export CCACHE_BASEDIR="$top" CCACHE_NOHASHDIR=1
  export CCACHE_SLOPPINESS="${CCACHE_SLOPPINESS:-pch_defines,time_macros,include_file_mtime,include_file_ctime}"
}

# build PRESET [TARGET...]: configures when it never was (afterwards ninja does so by itself), builds, and shows the log
# only when that fails. One build at a time in a folder.
build() {
  local preset=$1 folder
  shift
  folder="$(build_root)/$preset"
  mkdir -p "$folder"
  use_ccache
  (
    if ! flock -n 9; then
      say "Waiting for another build to end ..." "別のビルドが終わるのを待っています ..."
      flock 9
    fi
    build_locked "$preset" "$folder" "$@"
  ) 9>"$folder/.lock"
}

build_locked() {
  local preset=$1 folder=$2 log="$2/build.log"
  shift 2
  if [ ! -f "$folder/build.ninja" ] || [ ! -f "$folder/CMakeCache.txt" ]; then
    say "Preparing the build ($preset) ..." "ビルドの準備をしています ($preset) ..."
    if ! (cd "$top" && cmake --preset "$preset" -B "$folder") >"$log" 2>&1; then
      grep -A 12 'CMake Error' "$log" >&2 || tail -n 40 "$log" >&2
      rm -f "$folder/build.ninja"
      say "The build could not be prepared; the whole log is $log" "ビルドの準備に失敗しました。全ログ: $log"
      return 1
    fi
  fi
  # Asking what there is to do takes as long as doing nothing, so nothing is said when the program is up to date.
  # Not grep -q: it would leave before ninja has said everything, and pipefail makes that a failure.
  if ninja -C "$folder" -n "$@" 2>/dev/null | grep '^\[[0-9]*/[0-9]*\] \(Building\|Linking\|Generating\|Re-running\)' >/dev/null; then
    say "Building ($preset); the first time takes some minutes ..." "ビルドしています ($preset)。初回は数分かかります ..."
  fi
  if ! ninja -C "$folder" -k 10 "$@" >"$log" 2>&1; then
    grep -A 25 -m 3 -E '^FAILED|error:|CMake Error' "$log" >&2 || tail -n 40 "$log" >&2
    say "The build failed; the whole log is $log" "ビルドに失敗しました。全ログ: $log"
    return 1
  fi
}

# awk ends the list and not head: head would leave before sort has written everything, and pipefail makes that a failure.
slowest_files() { # slowest_files PRESET: of the newest builds of each file
  awk 'NR > 1 { seconds[$4] = ($2 - $1) / 1000 } END { for (f in seconds) printf "%7.1f s  %s\n", seconds[f], f }' \
    "$(build_root)/$1/.ninja_log" | grep '\.o$' | sort -rn | awk 'NR <= 10'
}
