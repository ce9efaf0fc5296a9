#!/usr/bin/env bash
# Installs what the tests need beyond Rust, Node and make, on Debian or Ubuntu, and only what is missing.
#   --bench   also janus, the server the bench compares with
set -euo pipefail

want_bench=no
for arg in "$@"; do
  case "$arg" in
    --bench) want_bench=yes ;;
    *) echo "install-test-deps: unknown option $arg" >&2; exit 2 ;;
  esac
done

have() { command -v "$1" >/dev/null 2>&1; }
have_postgres() { have postgres || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; }
# dpkg-query answers 0 for packages that were removed and left their settings, so the state is read.
have_package() { [[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]; }

missing=()
[[ -n "${CHROMIUM:-}" ]] || have chromium || have chromium-browser || have google-chrome || missing+=(chromium)
have ffmpeg || missing+=(ffmpeg)
# Reads and draws the report of an evidence pack.
have pdftotext || missing+=(poppler-utils)
have python3 || missing+=(python3)
have_postgres || missing+=(postgresql)
# Copies by SFTP are tested against the real thing.
have sftp || missing+=(openssh-client)
[[ -x /usr/sbin/sshd || -x /usr/local/sbin/sshd || -x /usr/bin/sshd ]] || missing+=(openssh-server)
have cc || missing+=(build-essential)
if have dpkg-query; then
  # The screenshots show Thai, Devanagari, Tamil and Chinese; without these they show boxes.
  for font in fonts-noto-core fonts-noto-cjk; do
    have_package "$font" || missing+=("$font")
  done
fi
if [[ "$want_bench" == yes ]]; then
  have janus || missing+=(janus)
fi

if ! have node || [[ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]]; then
  echo "install-test-deps: Node 20 or newer is needed" >&2
  exit 1
fi
if ! have cargo; then
  echo "install-test-deps: Rust (cargo) is needed" >&2
  exit 1
fi
if [[ ${#missing[@]} -eq 0 ]]; then
  exit 0
fi
if ! have apt-get; then
  echo "install-test-deps: please install: ${missing[*]}" >&2
  exit 1
fi

as_root=()
if [[ "$(id -u)" -ne 0 ]]; then
  if ! have sudo; then
    echo "install-test-deps: as root, please run: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "installing: ${missing[*]}"
"${as_root[@]}" apt-get update -q
# --no-install-recommends: the tests need the programs, not the desktop around them.
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -q -y --no-install-recommends "${missing[@]}"
# The package begins to serve at once, and again at every boot. The tests run a server of their own: nobody asked
# for a door into this machine.
if [[ " ${missing[*]} " == *" openssh-server "* && -d /run/systemd/system ]]; then
  "${as_root[@]}" systemctl disable --now ssh.service ssh.socket || true
fi
