# shellcheck shell=bash disable=SC2034
version=1.15.0
binaries=(coredns)

found() { coredns -version >/dev/null 2>&1; }

download() {
  local name url
  name=coredns_${version}_linux_$(go_architecture).tgz
  url=https://github.com/coredns/coredns/releases/download/v$version/$name
  fetch_checked "$url" "$1/$name" "$url.sha256"
  tar -xzf "$1/$name" -C "$1" coredns
  rm "$1/$name"
}

build() { install_go "$1" "github.com/coredns/coredns@v$version"; }
