#!/usr/bin/env bash
# Everything that judges the code without running it.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; "$@"; }

scripts/npm-ci.sh web
step cargo fmt --all --check
step cargo clippy --workspace --all-targets -- -D warnings
step cargo run -q -p xtask -- tidy
step cargo run -q -p xtask -- codegen --check
step npm --prefix web run --silent typecheck
