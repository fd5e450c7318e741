# shellcheck shell=bash disable=SC2034
# mediasoup's worker: its release's binary, or its npm package's source built against this system's libraries.
mediasoup_version=$(sed -n 's/.*"mediasoup": "\(.*\)".*/\1/p' "$REPOSITORY/sfu-node/package.json")
# p1: with the first patch of `build`
version=$mediasoup_version-p1-$(source /etc/os-release 2>/dev/null && echo "$ID${VERSION_ID:-}")-$(uname -m)
binaries=(mediasoup-worker)

found() { [[ -x ${MEDIASOUP_WORKER_BIN:-} ]]; }

# A worker that is started without its channel's file descriptors ends at once with 41 or 42; one that can't be loaded, otherwise.
runs() {
  local status=0
  MEDIASOUP_VERSION=$mediasoup_version "$1" >/dev/null 2>&1 || status=$?
  [[ $status == 41 || $status == 42 ]]
}

download() {
  local architecture kernel
  case $(uname -m) in x86_64) architecture=x64 ;; *) architecture=arm64 ;; esac
  kernel=$(uname -r)
  fetch "https://github.com/versatica/mediasoup/releases/download/$mediasoup_version/mediasoup-worker-$mediasoup_version-linux-$architecture-kernel${kernel%%.*}.tgz" "$1/worker.tgz"
  tar -xzf "$1/worker.tgz" -C "$1"
  rm "$1/worker.tgz"
  runs "$1/mediasoup-worker"
}

build() {
  local source=$REPOSITORY/node_modules/mediasoup
  [[ -d $source ]] || missing "mediasoup's source" 'run npm ci'
  "$TOOLS/mediasoup-worker/build" "$source" "$1/mediasoup-worker"
  runs "$1/mediasoup-worker"
}
