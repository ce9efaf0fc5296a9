# Adds up the totals test runners print and writes "passed failed ignored".
# Knows cargo test, node --test (spec and TAP) and vitest; colours are taken off first.
{ gsub(/\033\[[0-9;]*m/, "") }

# test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s
/^test result: / {
  for (i = 1; i < NF; i++) {
    if ($(i + 1) == "passed;") passed += $i
    if ($(i + 1) == "failed;") failed += $i
    if ($(i + 1) == "ignored;") ignored += $i
  }
}

# ℹ pass 3      (spec)      # pass 3      (TAP)
/^(ℹ|#) (pass|fail|cancelled|skipped|todo) [0-9]+$/ {
  if ($2 == "pass") passed += $3
  if ($2 == "fail" || $2 == "cancelled") failed += $3
  if ($2 == "skipped" || $2 == "todo") ignored += $3
}

#       Tests  1 failed | 11 passed | 2 skipped (14)
/^ *Tests  / {
  for (i = 1; i < NF; i++) {
    if ($(i + 1) == "passed") passed += $i
    if ($(i + 1) == "failed") failed += $i
    if ($(i + 1) == "skipped" || $(i + 1) == "todo") ignored += $i
  }
}

END { printf "%d %d %d\n", passed, failed, ignored }
