# The parts of ./test: ctest with its cases counted, and lint. Sourced; adds to passed, failed and skipped.

xml_attribute_sum() { # xml_attribute_sum NAME FILE...: over the <testsuites> elements of gtest's reports
  local name=$1
  shift
  grep -h -o "<testsuites [^>]*" "$@" | grep -o " $name=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ n += $1 } END { print n + 0 }'
}

# run_ctest PRESET FILTER [MORE...]: runs, shows what fails, and counts cases of GoogleTest programs one by one, every other
# test as one. A GoogleTest program that ends badly although none of its cases failed (a crash, a leak) is one failure.
run_ctest() {
  local preset=$1 filter=$2 folder results junit name status program report
  shift 2
  folder="$(build_root)/$preset" results="$(build_root)/$preset/results" junit="$(build_root)/$preset/junit.xml"
  rm -rf "$results" "$junit"
  mkdir -p "$results"
  GTEST_OUTPUT="xml:$results/" ctest --test-dir "$folder" -j "$(nproc)" --timeout 900 --output-on-failure \
    ${filter:+-R "$filter"} --output-junit "$junit" "$@" || true
  ctest --test-dir "$folder" -N -V 2>/dev/null | awk '
    /^[0-9]+: Test command: / { sub(/^[0-9]+: Test command: /, ""); command = $1; gsub(/"/, "", command); sub(/.*\//, "", command) }
    /^ *Test +#[0-9]+: / { print $NF, command }' >"$results/programs"
  while read -r name status; do
    program=$(awk -v name="$name" '$1 == name { print $2 }' "$results/programs")
    report="$results/$program.xml"
    if [ -s "$report" ]; then
      if [ "$status" = fail ] && [ "$(xml_attribute_sum failures "$results/$program"*.xml)" = 0 ]; then
        failed=$((failed + 1))
        echo "FAILED: $name ended badly after its cases had passed"
      fi
    else
      case "$status" in
        run) passed=$((passed + 1)) ;;
        notrun | disabled) skipped=$((skipped + 1)) ;;
        *) failed=$((failed + 1)); echo "FAILED: $name" ;;
      esac
    fi
  done < <(grep -o '<testcase name="[^"]*".* status="[a-z]*"' "$junit" | sed 's/<testcase name="\([^"]*\)".* status="\([a-z]*\)"/\1 \2/')
  local reports=("$results"/*.xml) total failures unused left_out
  [ -e "${reports[0]}" ] || return 0
  total=$(xml_attribute_sum tests "${reports[@]}")
  failures=$(xml_attribute_sum failures "${reports[@]}")
  unused=$(xml_attribute_sum disabled "${reports[@]}")
  left_out=$(cat "${reports[@]}" | grep -c '<testcase .*result="skipped"' || true)
  passed=$((passed + total - failures - unused - left_out))
  failed=$((failed + failures))
  skipped=$((skipped + unused + left_out))
  if [ "$left_out" -gt 0 ]; then
    echo "skipped cases, with their reason:"
    grep -h -A 1 '<testcase .*result="skipped"' "${reports[@]}" | sed -n 's/.*message="\([^"]*\)".*/  \1/p' |
      sed 's/&#x0A;/ /g' | sort | uniq -c
  fi
}

# C++ files of ours: all of them, or those of the last 20 commits and of the working tree. Without a repository: all.
cpp_files() { # cpp_files ALL
  local all=$1
  cd "$top"
  if [ -z "$all" ] && source_git rev-parse HEAD >/dev/null 2>&1; then
    {
      source_git log -n 20 --name-only --format= -- src tests fuzz bench
      source_git diff --name-only HEAD -- src tests fuzz bench
    } | grep -E '\.(h|cpp)$' | sort -u | while read -r file; do if [ -f "$file" ]; then echo "$file"; fi; done
  else
    find src tests fuzz bench -name '*.h' -o -name '*.cpp' | sort
  fi
}

check_format() { # check_format ALL
  command -v clang-format-19 >/dev/null || return 77
  local file wrong=0
  while read -r file; do
    clang-format-19 --dry-run -Werror "$top/$file" 2>/dev/null && continue
    echo "not laid out as clang-format-19 does it: $file"
    wrong=1
  done < <(cpp_files "$1")
  return $wrong
}

# What clang-tidy says of a file depends on the file, on our headers it includes, on the checks and on how it is compiled;
# a file that was clean with the same of all these is not looked at again.
tidy_key() { # tidy_key FILE DEPENDENCIES
  { echo "$1"; cat "$top/$1" "$top/.clang-tidy" "$top/cmake/flags.cmake"; grep -F "$1 " "$2" | tr ' ' '\n' | sort -u | (cd "$top" && xargs -r cat); } |
    sha256sum | cut -d' ' -f1
}

# Tests only when ALL: they take as long as everything else together.
check_tidy() { # check_tidy ALL
  command -v clang-tidy-19 >/dev/null || return 77
  local folder clean file key
  folder="$(build_root)/lint" clean="$(build_root)/lint/clean"
  if ! (cd "$top" && cmake --preset lint -B "$folder") >"$(build_root)/lint.log" 2>&1; then
    tail -n 20 "$(build_root)/lint.log"
    return 1
  fi
  mkdir -p "$clean"
  # One line an object: the source first, then every file of ours that it was made of.
  ninja -C "$(build_root)/ci" -t deps 2>/dev/null | awk -v top="$top/" '
    /^[^ ]/ { if (line) print line; line = "" }
    /^ / && index($1, top) == 1 { line = line substr($1, length(top) + 1) " " }
    END { if (line) print line }' >"$folder/dependencies"
  while read -r file; do
    grep -qF "\"file\": \"$top/$file\"" "$folder/compile_commands.json" || continue
    key=$(tidy_key "$file" "$folder/dependencies")
    [ -f "$clean/$key" ] || printf '%s %s\n' "$file" "$clean/$key"
  done < <(cpp_files "$1" | grep '\.cpp$' | if [ -n "$1" ]; then cat; else grep -v '_test\.cpp$'; fi) >"$folder/todo"
  echo "$(wc -l <"$folder/todo") files to look at"
  # Each file costs some ten seconds of processor time. An ordinary run stops beginning new files after
  # YOROZU_TIDY_SECONDS and says how many are left; since clean files are remembered, the next run goes on there.
  local until=$((SECONDS + ${YOROZU_TIDY_SECONDS:-120})) status=0
  [ -n "$1" ] && until=$((SECONDS + 86400))
  local stop="$folder/stop" left
  rm -f "$stop" "$folder/found"
  (while [ $SECONDS -lt $until ] && [ -d "$folder" ]; do sleep 1; done; touch "$stop") >/dev/null 2>&1 &
  local clock=$!
  # shellcheck disable=SC2016
  (cd "$top" && xargs -r -P "$(nproc)" -L 1 sh -c '
    if [ -f "$0/stop" ]; then exit 0; fi
    if clang-tidy-19 -p "$0" --quiet "$1" 2>/dev/null; then touch "$2"; else echo "$1" >>"$0/found"; fi' \
    "$folder" <"$folder/todo") || status=1
  kill "$clock" 2>/dev/null || true
  left=$(while read -r file key; do [ -f "$key" ] || echo "$file"; done <"$folder/todo" | grep -c -v -x -F -f <(cat "$folder/found" 2>/dev/null || true) || true)
  [ "$left" = 0 ] || echo "$left files are left for the next run"
  [ ! -s "$folder/found" ] || status=1
  if [ "$left" -gt 0 ] && [ "$left" = "$(wc -l <"$folder/todo")" ]; then return 77; fi # nothing was looked at
  return $status
}
