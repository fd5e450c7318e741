# shellcheck shell=bash disable=SC2034
# What a bare API server needs: the integration tests run on this alone.
source "$TOOLS/kubernetes/build.sh"
version=$KUBERNETES_VERSION
binaries=(kube-apiserver etcd kubectl)

found() {
  right_kubernetes kube-apiserver --version && right_kubernetes kubectl version --client &&
    etcd --version 2>/dev/null | grep -q 'etcd Version: 3\.[56]\.'
}

download() {
  download_kubernetes "$1" kube-apiserver kubectl
  local name
  name=etcd-v$ETCD_VERSION-linux-$(go_architecture)
  local release=https://github.com/etcd-io/etcd/releases/download/v$ETCD_VERSION
  fetch_checked "$release/$name.tar.gz" "$1/etcd.tar.gz" "$release/SHA256SUMS"
  tar -xzf "$1/etcd.tar.gz" -C "$1" --strip-components=1 "$name/etcd"
  rm "$1/etcd.tar.gz"
}

build() {
  build_kubernetes "$1" go.etcd.io/etcd/server/v3 k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kubectl
  mv "$1/server" "$1/etcd"
}
