# shellcheck shell=bash
# Sourced. Progress lines carry the seconds since the command that the user typed, whichever script prints them.
export PARLEY_STARTED=${PARLEY_STARTED:-$EPOCHSECONDS}

step() { printf '[%4ds] %s\n' "$((EPOCHSECONDS - PARLEY_STARTED))" "$*" >&2; }

# What is missing, and what to do about it.
missing() {
  printf 'missing: %s\n   to do: %s\n' "$1" "$2" >&2
  exit 1
}

# quietly COMMAND...: its output is shown only if it fails.
quietly() {
  local output
  if output=$("$@" 2>&1); then return; fi
  printf '%s\n' "$output" >&2
  return 1
}
