# shellcheck shell=bash disable=SC2034
# What hosts and a full control plane need besides the API server.
source "$TOOLS/kubernetes/build.sh"
version=$KUBERNETES_VERSION
binaries=(kube-controller-manager kube-scheduler kubelet kube-proxy)

found() {
  local program
  for program in "${binaries[@]}"; do right_kubernetes "$program" --version || return 1; done
}

download() { download_kubernetes "$1" "${binaries[@]}"; }

build() { build_kubernetes "$1" "${binaries[@]/#/k8s.io/kubernetes/cmd/}"; }
