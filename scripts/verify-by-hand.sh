#!/usr/bin/env bash
# Verifies an unpacked evidence pack with bash, openssl and coreutils alone.
#   bash verify-by-hand.sh [FOLDER] [log.pub as you were given it]
# No pipefail: `head` may be done before `tail` is.
set -eu
export LC_ALL=C
shopt -s globstar nullglob dotglob
given=""
[[ $# -lt 2 ]] || given=$(<"$2")
cd "${1:-.}"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
fail() { echo "does not fit: $*"; exit 1; }
sha() { local sum; sum=$(sha256sum); printf %s "${sum%% *}"; }
bytes() { printf %s "${1^^}" | basenc --decode --base16; }
hex() { od -An -v -tx1 | tr -d ' \n'; }

# 1. Every file is the one listed, and none is beside them.
sha256sum --check --quiet --strict SHA256SUMS || fail "a file is not the one that was put in"
for file in **/*; do [[ ! -L $file ]] || fail "$file is a link"; done
for file in **/*; do if [[ -f $file ]]; then printf '%s\n' "$file"; fi; done | sort > "$tmp/there"
{ cut -c67- SHA256SUMS; printf '%s\n' SHA256SUMS manifest.json manifest.note; } | sort > "$tmp/listed"
[[ $(<"$tmp/there") == "$(<"$tmp/listed")" ]] || fail "files are beside those listed, or missing"
echo "files      $(wc -l < SHA256SUMS) are as listed"

# 2. The key: name+hash+base64 of 01 and 32 bytes. openssl wants it in a frame of its own.
key=$(<log/log.pub)
[[ -z $given || $given == "$key" ]] || fail "log/log.pub is another key than the one you gave"
log=${key%%+*}
rest=${key#*+}
{ printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00'; printf %s "${rest#*+}" | base64 -d | tail -c 32; } > "$tmp/key.der"
openssl pkey -pubin -inform DER -in "$tmp/key.der" -out "$tmp/key.pem" || fail "log/log.pub is no key"

# 3. Two signed notes: a text, an empty line, and lines "— name base64 of 4 bytes and the signature".
signed() { # FILE NAME: leaves the lines of the text in $text
  local line seen="" good=""
  text=()
  while IFS= read -r line; do
    if [[ -z $line ]]; then
      seen=1
      printf '%s\n' "${text[@]}" > "$tmp/text"
    elif [[ -z $seen ]]; then
      text+=("$line")
    elif [[ $line == "— $2 "* ]]; then
      printf %s "${line##* }" | base64 -d | tail -c +5 > "$tmp/signature"
      openssl pkeyutl -verify -pubin -inkey "$tmp/key.pem" -rawin -in "$tmp/text" -sigfile "$tmp/signature" > /dev/null \
        || fail "the signature of $1 does not fit"
      good=1
    fi
  done < "$1"
  [[ -n $good ]] || fail "$1 is not signed by $2"
}
signed manifest.note "$log/pack"
[[ ${text[0]} == "recourse-pack v1" && ${text[2]} == "$(sha < manifest.json)" && ${text[3]} == "$(sha < SHA256SUMS)" ]] \
  || fail "manifest.note vouches for another list"
case=${text[1]}
signed log/checkpoint "$log"
[[ ${text[0]} == "$log" ]] || fail "the checkpoint is of another log"
size=${text[1]}
root=$(printf %s "${text[2]}" | base64 -d | hex)
echo "signatures of the list and of the checkpoint (size $size) fit"

# 4. Each entry is in the log: RFC 9162, 2.1.3.2.
node() { { printf '\x01'; bytes "$1$2"; } | sha; }
proofs=(log/proofs/*.tlog-proof)
declare -A entry_at
n=0
while IFS= read -r entry; do
  [[ $n -lt ${#proofs[@]} ]] || fail "there are more entries than proofs"
  proof=${proofs[n]}
  { IFS= read -r head; IFS= read -r index; path=(); while IFS= read -r line && [[ -n $line ]]; do path+=("$line"); done; cat > "$tmp/checkpoint"; } < "$proof"
  index=${index#index }
  [[ $head == "c2sp.org/tlog-proof@v1" && $proof == "log/proofs/$(printf %012d "$index").tlog-proof" ]] || fail "$proof is no proof"
  [[ $(sha < "$tmp/checkpoint") == "$(sha < log/checkpoint)" ]] || fail "$proof is for another checkpoint"
  at=$index last=$((size - 1))
  hash=$({ printf '\0'; printf %s "$entry"; } | sha)
  for line in "${path[@]}"; do
    [[ $last -gt 0 ]] || fail "entry $index: the proof is too long"
    side=$(printf %s "$line" | base64 -d | hex)
    if ((at & 1)) || ((at == last)); then
      hash=$(node "$side" "$hash")
      while ! ((at & 1)) && ((at != 0)); do at=$((at >> 1)) last=$((last >> 1)); done
    else
      hash=$(node "$hash" "$side")
    fi
    at=$((at >> 1)) last=$((last >> 1))
  done
  [[ $last -eq 0 && $hash == "$root" ]] || fail "entry $index is not in the log"
  [[ $entry == *"\"case\":\"$case\""* ]] || fail "entry $index is about another case"
  entry_at[$index]=$entry
  n=$((n + 1))
done < log/events.jsonl
[[ $n -eq ${#proofs[@]} ]] || fail "there are more proofs than entries"
echo "entries    $n are in the log"

# 5. What entries name or commit to. The entry's index stands in the file's name.
named() { # FILE TEXT-BEFORE: the entry with the index in the file's name holds the file's hash
  local index=${1##*/}
  index=${index%%[-.]*}
  index=$((10#$index))
  [[ ${entry_at[$index]-} == *"$2\"$(sha < "$1")\""* ]] || fail "$1 is not what entry $index holds"
}
all=$(<log/events.jsonl)
for file in images/* drawings/*; do
  [[ $all == *"\"sha256\":\"$(sha < "$file")\""* ]] || fail "$file is named by no entry"
done
for file in consents/*; do named "$file" '"text_sha256":'; done
for file in texts/*; do named "$file" ':'; done
images=(images/*) consents=(consents/*) texts=(texts/*)
echo "images     ${#images[@]}, consents ${#consents[@]}, texts ${#texts[@]} are those of the entries"

# 6. The sealed recordings: chain = SHA-256(chain || index || record), a record being its length and its bytes.
for folder in recordings/*; do
  session=${folder##*/}
  declare -A head_at=()
  for entry in "${entry_at[@]}"; do
    if [[ $entry =~ \"head\":\"([0-9a-f]+)\",\"segments\":([0-9]+),\"session\":\"$session\" ]]; then
      head_at[${BASH_REMATCH[2]}]=${BASH_REMATCH[1]}
    fi
  done
  heads=${#head_at[@]} index=0 chain=$(printf %064d 0)
  for part in "$folder"/sealed.*; do
    at=0 end=$(wc -c < "$part")
    while ((at + 4 <= end)); do
      length=$((16#$(tail -c +$((at + 1)) "$part" | head -c 4 | hex)))
      ((at + 4 + length <= end)) || break
      chain=$({ bytes "$chain$(printf %016x $index)"; tail -c +$((at + 1)) "$part" | head -c $((length + 4)); } | sha)
      index=$((index + 1)) at=$((at + 4 + length))
      [[ ${head_at[$index]-$chain} == "$chain" ]] || fail "segment $((index - 1)) of $session does not lead to the log"
      unset "head_at[$index]"
    done
  done
  [[ ${#head_at[@]} -eq 0 ]] || fail "segments of $session are missing"
  echo "recording  $session: $index sealed segments lead to $heads heads in the log"
done
echo "everything fits that can be checked by hand"
