#!/usr/bin/env bash
# Runs the suites in order and prints what each counted. Every suite runs, also after one failed,
# so that one run tells everything; the exit code is non-zero when anything failed.
#   scripts/test.sh [web] [rust] [e2e]     all of them when none is named
set -euo pipefail
cd "$(dirname "$0")/.."

logs=target/test-logs
mkdir -p "$logs"
rm -f "$logs"/*.log

suites=("$@")
[[ ${#suites[@]} -gt 0 ]] || suites=(web rust e2e)

total_passed=0
total_failed=0
summary=()

# step NAME CMD… : header, output, time; keeps the output in a log. Never ends the script.
step() {
  local name="$1" start code
  shift
  printf '\n== %s: %s\n' "$name" "$*"
  start=$SECONDS
  set +e
  "$@" 2>&1 | tee "$logs/$name.log"
  code=${PIPESTATUS[0]}
  set -e
  if [[ $code -eq 0 ]]; then
    printf -- '-- %s: %d s\n' "$name" $((SECONDS - start))
  else
    printf -- '-- %s: FAILED (exit %d) after %d s\n' "$name" "$code" $((SECONDS - start))
  fi
  return "$code"
}

count() { # SUITE CODE LOG: adds up what the log says; a broken suite without a failed test is one failure
  local suite="$1" code="$2" log="$3" passed failed ignored
  read -r passed failed ignored < <(awk -f scripts/count-tests.awk "$log" 2>/dev/null || echo 0 0 0)
  if [[ $code -ne 0 && $failed -eq 0 ]]; then failed=1; fi
  if [[ $code -eq 0 && $passed -eq 0 ]]; then
    echo "$suite: no test was counted; that is a failure" >&2
    failed=1
  fi
  total_passed=$((total_passed + passed))
  total_failed=$((total_failed + failed))
  summary+=("$(printf '%-6s %5d passed, %d failed, %d ignored' "$suite" "$passed" "$failed" "$ignored")")
}

broken() { # NAME: a step before the tests of a suite did not work
  total_failed=$((total_failed + 1))
  summary+=("$(printf '%-6s     0 passed, 1 failed (%s)' "${1%%-*}" "$1")")
}

# The pages are built for every suite: the binary carries them.
pages() { scripts/npm-ci.sh web && npm --prefix web run --silent build; }
packages() { scripts/npm-ci.sh e2e; }

suite_web() {
  step web-types npm --prefix web run --silent typecheck || { broken web-types; }
  local code=0
  step web-unit npm --prefix web run --silent test || code=$?
  count web "$code" "$logs/web-unit.log"
}

suite_rust() {
  step rust-build cargo test --workspace --no-run || { broken rust-build; return; }
  local code=0
  # The tools are installed by now: a test that finds none of them has failed.
  step rust env RECOURSE_REQUIRE_SSHD=1 scripts/with-postgres.sh cargo test --workspace --no-fail-fast || code=$?
  count rust "$code" "$logs/rust.log"
}

suite_e2e() {
  step e2e-packages packages || { broken e2e-packages; return; }
  # The Rust suite has built the binary; for the server alone cargo would choose other features and build again.
  if [[ " ${suites[*]} " != *" rust "* || ! -x target/debug/recourse ]]; then
    step e2e-build cargo build -p server --bin recourse || { broken e2e-build; return; }
  fi
  local code=0
  step e2e npm --prefix e2e run --silent test || code=$?
  count e2e "$code" "$logs/e2e.log"
}

started=$SECONDS
if step tools scripts/install-test-deps.sh; then
  if step pages pages; then
    for suite in "${suites[@]}"; do
      case "$suite" in
        web) suite_web ;;
        rust) suite_rust ;;
        e2e) suite_e2e ;;
        *) echo "test: unknown suite $suite" >&2; exit 2 ;;
      esac
    done
  else
    broken pages
  fi
else
  broken tools
fi

printf '\n== totals after %d s\n' $((SECONDS - started))
printf '%s\n' "${summary[@]}"
printf '%d passed, %d failed\n' "$total_passed" "$total_failed"
[[ $total_failed -eq 0 ]]
