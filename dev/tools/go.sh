# shellcheck shell=bash
# Sourced. Go programs from the module proxy.
go_architecture() { case $(uname -m) in x86_64) echo amd64 ;; aarch64 | arm64) echo arm64 ;; *) uname -m ;; esac; }

# install_go FOLDER PACKAGE@VERSION [LINKER_FLAGS]
install_go() {
  command -v go >/dev/null || missing 'go, which builds tools that could not be downloaded' 'install Go 1.26 or newer, or put the tools on PATH'
  cd / || return
  CGO_ENABLED=0 GOBIN=$1 go install -buildvcs=false -trimpath -ldflags "-s -w ${3:-}" "$2"
}
