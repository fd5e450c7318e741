# shellcheck shell=bash
# Sourced. Whether the internet is there, asked once for each command that the user types; then getting a file from it.
online() {
  if [[ -z ${PARLEY_ONLINE:-} ]]; then
    if curl -fsS -o /dev/null --max-time 3 https://dl.k8s.io/release/stable.txt 2>/dev/null; then
      PARLEY_ONLINE=yes
    else
      PARLEY_ONLINE=no
    fi
    export PARLEY_ONLINE
  fi
  [[ $PARLEY_ONLINE == yes ]]
}

# fetch URL FILE
fetch() { curl -fsSL --connect-timeout 3 --max-time 600 -o "$2" "$1"; }

# fetch_checked URL FILE CHECKSUM_URL: the checksum file's first word, or the word before the file's name in a list.
fetch_checked() {
  local url=$1 file=$2 sums
  fetch "$url" "$file"
  sums=$(fetch "$3" -)
  sum=$(awk -v name="${url##*/}" '$2 == name || $2 == "*" name { print $1; exit }' <<<"$sums")
  [[ -n $sum ]] || sum=${sums%%[[:space:]]*}
  sha256sum --quiet --check <<<"$sum  $file"
}
