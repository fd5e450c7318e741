# shellcheck shell=bash
# Sourced. Where tools are kept: one folder for each tool and version, outside the checkout, shared by all checkouts.
PARLEY_CACHE=${PARLEY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/parley}
export PARLEY_CACHE
TOOLS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPOSITORY=$(cd "$TOOLS/../.." && pwd)

# Every tool is a folder here with a tool.sh that defines:
#   version                 part of the cache key
#   binaries                what it must leave in its folder
#   found                   succeeds when what is on PATH will do (optional)
#   download FOLDER         gets the official binaries (optional)
#   build FOLDER            makes them from what package registries have
load_tool() {
  unset -f found download
  # shellcheck source=/dev/null
  source "$TOOLS/$1/tool.sh"
  tool_dir=$PARLEY_CACHE/$1-$version
}

# Whether the tool that was loaded lies in the cache.
cached() {
  local binary
  for binary in "${binaries[@]}"; do [[ -x $tool_dir/$binary ]] || return 1; done
}
