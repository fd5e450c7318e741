# shellcheck shell=bash
# Sourced. Go programs from the module proxy.
go_architecture() { case $(uname -m) in x86_64) echo amd64 ;; aarch64 | arm64) echo arm64 ;; *) uname -m ;; esac; }

# A Go that is new enough comes first on PATH.
need_go() {
  "$TOOLS/install" go
  local path
  path=$("$TOOLS/env")
  eval "$path"
}

# install_go FOLDER PACKAGE@VERSION [LINKER_FLAGS]
install_go() {
  need_go
  cd / || return
  CGO_ENABLED=0 GOBIN=$1 go install -buildvcs=false -trimpath -ldflags "-s -w ${3:-}" "$2"
}
