#!/usr/bin/env bash
# Runs a command beside a private PostgreSQL that exists only as long as the command does:
#   scripts/with-postgres.sh CMD…
# The command finds it in RECOURSE_TEST_POSTGRES. A server given in that variable is used as it is.
set -euo pipefail

[[ $# -gt 0 ]] || { echo "usage: scripts/with-postgres.sh CMD…" >&2; exit 2; }
if [[ -n "${RECOURSE_TEST_POSTGRES:-}" ]]; then
  exec "$@"
fi

# The newest server installed; Debian keeps the programs of each version in its own folder.
bin="$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)"
if [[ -z "$bin" || ! -x "$bin/postgres" ]]; then
  server="$(command -v postgres || true)"
  [[ -n "$server" ]] || { echo "with-postgres: no PostgreSQL server found" >&2; exit 1; }
  bin="$(dirname "$(readlink -f "$server")")"
fi

# PostgreSQL refuses to run as root.
as_owner=()
owner="$(id -un)"
if [[ "$(id -u)" -eq 0 ]]; then
  owner=postgres
  if ! id "$owner" >/dev/null 2>&1; then
    owner=recourse-test
    id "$owner" >/dev/null 2>&1 ||
      useradd --system --no-create-home --shell /usr/sbin/nologin "$owner"
  fi
  as_owner=(runuser -u "$owner" --)
fi

# Short, because a unix socket's path may not exceed 107 bytes.
home="$(mktemp -d /tmp/recourse-pg.XXXXXX)"
chown "$owner" "$home"
child=

stop() {
  local code=$?
  trap - EXIT INT TERM
  if [[ -n "$child" ]]; then kill -TERM "$child" 2>/dev/null || true; fi
  if [[ -f "$home/data/postmaster.pid" ]]; then
    (cd "$home" && "${as_owner[@]}" "$bin/pg_ctl" -D "$home/data" -m immediate -w stop) >/dev/null 2>&1 || true
  fi
  rm -rf "$home"
  exit "$code"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

free_port() {
  node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

(cd "$home" && "${as_owner[@]}" "$bin/initdb" -D "$home/data" -U recourse -A trust -E UTF8 \
  --locale=C --no-sync) >"$home/initdb.log" 2>&1 || { cat "$home/initdb.log" >&2; exit 1; }

# Durability is off: the data is thrown away, and a crash of this server is not what is tested.
port=
for _ in 1 2 3; do
  try="$(free_port)"
  options="-p $try -c listen_addresses=127.0.0.1 -c unix_socket_directories=$home"
  options+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
  if (cd "$home" && "${as_owner[@]}" "$bin/pg_ctl" -D "$home/data" -l "$home/data/server.log" \
    -o "$options" -w -t 60 start) >/dev/null; then
    port="$try"
    break
  fi
done
[[ -n "$port" ]] || { cat "$home/data/server.log" >&2; exit 1; }

"${as_owner[@]}" "$bin/createdb" -h "$home" -p "$port" -U recourse recourse
export RECOURSE_TEST_POSTGRES="postgres://recourse@127.0.0.1:$port/recourse"

# In the background and waited for, so that a signal reaches the trap at once.
"$@" <&0 &
child=$!
set +e
wait "$child"
code=$?
child=
exit "$code"
