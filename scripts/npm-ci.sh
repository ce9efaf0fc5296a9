#!/usr/bin/env bash
# Installs exactly what DIR/package-lock.json names, and only when it changed since the last time.
set -euo pipefail
cd "$(dirname "$0")/.."

dir="${1:?usage: scripts/npm-ci.sh DIR}"
stamp="$dir/node_modules/.installed-lock"

if [[ -f "$stamp" ]] && cmp -s "$stamp" "$dir/package-lock.json"; then
  exit 0
fi
npm --prefix "$dir" ci --no-audit --no-fund --loglevel=error
cp "$dir/package-lock.json" "$stamp"
