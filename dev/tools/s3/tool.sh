# shellcheck shell=bash disable=SC2034
# An S3 server over a folder, for tests.
version=1.8.0
binaries=(versitygw)

found() { versitygw --version >/dev/null 2>&1; }

build() { install_go "$1" "github.com/versity/versitygw/cmd/versitygw@v$version"; }
