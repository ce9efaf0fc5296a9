#!/usr/bin/env bash
# Makes a log of SCALE_ENTRIES entries (a million) and proves it: time, memory at a tenth of it and at all of it,
# the length of an inclusion proof, and how long entries wait for their signature under load. Each figure stands
# beside its goal; one that misses it makes the exit code 1.
set -euo pipefail
cd "$(dirname "$0")/.."
entries="${SCALE_ENTRIES:-1000000}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export TMPDIR="$work"
cargo build -q --workspace --examples
scale=target/debug/examples/log_scale

figure() { sed -n "s/^figures .*\b$1=\([0-9.]*\).*/\1/p" "$work/said"; } # NAME: of the last run
run() { "$scale" "$@" | tee "$work/said"; }

missed=0
lines=()
judge() { # WHAT FIGURE GOAL UNIT: more than the goal is a miss, and so is no figure
  local mark=PASS
  awk -v is="$2" -v goal="$3" 'BEGIN { exit !(is != "" && is + 0 <= goal + 0) }' || { mark=OVER; missed=1; }
  lines+=("$(printf '%-4s  %-52s %10s %-6s goal at most %s' "$mark" "$1" "${2:-none}" "$4" "$3")")
}

tenth=$((entries / 10))
run make "$work/$tenth" "$tenth"
run verify "$work/$tenth"
small="$(figure kib)"
rm -rf "${work:?}/$tenth"
run make "$work/$entries" "$entries"
run verify "$work/$entries"

# A minute for a million, and as much of it for another length; a tree of n leaves has paths of log2(n), rounded up.
judge "verify of $entries entries" "$(figure seconds)" "$(awk -v n="$entries" 'BEGIN { print n * 60 / 1000000 }')" s
# Ten times the log may take a tenth more memory, for what grows with the signed checkpoints.
judge "memory at $entries entries ($small KiB at $tenth)" "$(figure kib)" "$(awk -v kib="$small" 'BEGIN { print int(kib * 1.1) }')" KiB
judge "an inclusion proof in $entries leaves" "$(figure hashes)" "$(awk -v n="$entries" 'BEGIN { while (2 ^ h < n) h++; print h + 0 }')" hashes
rm -rf "${work:?}/$entries"
run load "$work/load" 20
judge "from commit to inclusion, p99" "$(figure p99)" 2 s

printf '\n== scale, %s cores\n' "$(nproc)"
printf '%s\n' "${lines[@]}"
exit "$missed"
