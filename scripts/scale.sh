#!/usr/bin/env bash
# Makes a log of SCALE_ENTRIES entries (a million) and proves it: time, memory at a tenth of it and at all of it,
# the length of an inclusion proof, and how long entries wait for their signature under load.
set -euo pipefail
cd "$(dirname "$0")/.."
entries="${SCALE_ENTRIES:-1000000}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export TMPDIR="$work"
cargo build -q -p server --example log_scale
scale=target/debug/examples/log_scale
for n in $((entries / 10)) "$entries"; do
  "$scale" make "$work/$n" "$n"
  "$scale" verify "$work/$n"
done
"$scale" load "$work/load" 20
