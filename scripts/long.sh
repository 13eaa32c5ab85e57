# ./test --long: data races, faults, fuzzing, and the figures of all of them in docs/reliability.md. Sourced by ./test.

run_long() {
  local before_passed=$passed before_failed=$failed rows faults
  echo "== ThreadSanitizer"
  build tsan
  run_ctest tsan "" -L threads
  local tsan_passed=$((passed - before_passed)) tsan_failed=$((failed - before_failed))

  faults=$(mktemp)
  count "faults of the archive" archive_faults "$faults"

  echo "== libFuzzer"
  build fuzz
  rows=$(mktemp)
  local target
  while read -r target; do count "$target" fuzz_one "$target" "$rows"; done < <(fuzz_targets)
  write_reliability "$tsan_passed" "$tsan_failed" "$rows" "$faults"
  rm -f "$rows" "$faults"
}

# The archive under kills, power cuts and failing calls, in the numbers of docs/reliability.md. Each test writes its row.
archive_faults() { # archive_faults ROWS
  local folder status=0
  folder="$(build_root)/ci"
  YOROZU_RELIABILITY_ROWS=$1 YOROZU_KILLS=${YOROZU_KILLS:-1000} YOROZU_POWER_CUTS=${YOROZU_POWER_CUTS:-200} \
    "$folder/tests/archive/archive_system_test" --gtest_brief=1 || status=1
  YOROZU_RELIABILITY_ROWS=$1 YOROZU_FAULT_FACTOR=${YOROZU_FAULT_FACTOR:-5} \
    "$folder/src/archive/archive_test" --gtest_brief=1 --gtest_filter='*Fault*:*PowerCut*:*BitRot*' || status=1
  return $status
}

fuzz_targets() { find "$(build_root)/fuzz/src" -type f -name '*_fuzz' -perm -u+x | sort; }

# Starts from the corpus of the repository, keeps what it finds in the build folder, and leaves a crash there too.
fuzz_one() { # fuzz_one PROGRAM ROWS
  local program=$1 rows=$2 name seconds work log status=0
  name=$(basename "$program") seconds=${YOROZU_FUZZ_SECONDS:-600}
  work="$(build_root)/fuzz/work/$name" log="$(build_root)/fuzz/work/$name.log"
  mkdir -p "$work"
  "$program" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
    -artifact_prefix="$(build_root)/fuzz/work/$name-" "$work" "$top/fuzz/corpus/$name" >"$log" 2>&1 || status=$?
  [ $status = 0 ] || tail -n 40 "$log"
  local runs cover
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  cover=$(grep -o 'cov: [0-9]*' "$log" | tail -n 1 | cut -d' ' -f2)
  echo "| $name | $seconds | ${runs:-?} | ${cover:-?} | $([ $status = 0 ] && echo none || echo "**crash**, see $name.log") |" >>"$rows"
  return $status
}

write_reliability() { # write_reliability TSAN_PASSED TSAN_FAILED ROWS FAULT_ROWS
  {
    echo "# Reliability: what the long tests found"
    echo
    echo "Written by \`./test --long\` at $(date -u +%Y-%m-%dT%H:%MZ), commit $(source_git rev-parse --short HEAD 2>/dev/null || echo unknown)," \
      "$(nproc) processors, $(uname -m)."
    echo
    echo "ThreadSanitizer, tests with the label \`threads\`: $1 cases passed, $2 failed."
    echo
    echo "libFuzzer with AddressSanitizer and UndefinedBehaviorSanitizer, from the corpus in \`fuzz/corpus/\`:"
    echo
    echo "| target | seconds | inputs run | edges covered | findings |"
    echo "|---|---|---|---|---|"
    cat "$3"
    echo
    echo "Faults of the archive (docs/formats/archive.md says what it does about each), sanitizer build:"
    echo
    echo "| fault | how often | result |"
    echo "|---|---|---|"
    cat "$4"
  } >"$top/docs/reliability.md"
}
