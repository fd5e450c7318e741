# shellcheck shell=bash disable=SC2034
version=4.3.1
binaries=(helm)

found() { helm version --short 2>/dev/null | grep -q '^v4\.'; }

download() {
  local name
  name=linux-$(go_architecture)
  local url=https://get.helm.sh/helm-v$version-$name.tar.gz
  fetch_checked "$url" "$1/helm.tar.gz" "$url.sha256sum"
  tar -xzf "$1/helm.tar.gz" -C "$1" --strip-components=1 "$name/helm"
  rm "$1/helm.tar.gz"
}

build() { install_go "$1" "helm.sh/helm/v4/cmd/helm@v$version" "-X helm.sh/helm/v4/internal/version.version=v$version"; }
