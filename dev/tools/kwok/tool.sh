# shellcheck shell=bash disable=SC2034
# Pretends to be thousands of hosts, for benchmarks of the operator.
version=0.8.0
binaries=(kwok)

found() { kwok --version >/dev/null 2>&1; }

build() { install_go "$1" "sigs.k8s.io/kwok/cmd/kwok@v$version"; }
