# shellcheck shell=bash
# Sourced by the tools that are parts of Kubernetes. go.mod beside this file does nothing but name programs.
KUBERNETES_VERSION=1.35.4
ETCD_VERSION=3.6.5

# A program of the same minor version will do.
right_kubernetes() { "$@" 2>/dev/null | grep -q "v${KUBERNETES_VERSION%.*}\."; }

# build_kubernetes FOLDER PACKAGE...
build_kubernetes() {
  local folder=$1 at=k8s.io/component-base/version
  shift
  need_go
  cd "$TOOLS/kubernetes" || return
  CGO_ENABLED=0 GOBIN=$folder go install -buildvcs=false -trimpath \
    -ldflags "-s -w -X $at.gitVersion=v$KUBERNETES_VERSION -X $at.gitMajor=1 -X $at.gitMinor=35" "$@"
}

# download_kubernetes FOLDER PROGRAM...
download_kubernetes() {
  local folder=$1 program url
  shift
  for program in "$@"; do
    url=https://dl.k8s.io/release/v$KUBERNETES_VERSION/bin/linux/$(go_architecture)/$program
    fetch_checked "$url" "$folder/$program" "$url.sha256"
    chmod +x "$folder/$program"
  done
}
