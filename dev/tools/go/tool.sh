# shellcheck shell=bash
# What builds the tools that can't be downloaded. The module proxy has Go itself as a module, and any Go can fetch it.
version=1.26.8
binaries=(go)

found() { go version 2>/dev/null | grep -qE "go1\.(2[6-9]|[3-9][0-9])"; }

unpacked() {
  mv "$1" "$2/sdk"
  ln -s sdk/bin/go "$2/go"
}

download() {
  fetch "https://go.dev/dl/go$version.linux-$(go_architecture).tar.gz" "$1/go.tar.gz"
  tar -xzf "$1/go.tar.gz" -C "$1"
  rm "$1/go.tar.gz"
  unpacked "$1/go" "$1"
}

build() {
  command -v go >/dev/null || missing 'any version of Go' 'dev/requirements on Debian, elsewhere install Go 1.26 or newer'
  local module
  module=$(GOFLAGS=-modcacherw GOMODCACHE=$1/modules go mod download -json "golang.org/toolchain@v0.0.1-go$version.linux-$(go_architecture)" | jq -r .Dir)
  chmod -R u+w "$module"
  find "$module/bin" "$module/pkg/tool" -type f -exec chmod +x {} +
  unpacked "$module" "$1"
  rm -rf "$1/modules"
}
