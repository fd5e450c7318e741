# shellcheck shell=bash disable=SC2034
# mediasoup's worker: its release's binary, or its npm package's source built against this system's libraries.
mediasoup_version=$(sed -n 's/.*"mediasoup": "\(.*\)".*/\1/p' "$REPOSITORY/sfu-node/package.json")
# p1: with the first patch of `build`
version=$mediasoup_version-p1-$(source /etc/os-release 2>/dev/null && echo "$ID${VERSION_ID:-}")-$(uname -m)
binaries=(mediasoup-worker)

found() { [[ -x ${MEDIASOUP_WORKER_BIN:-} ]]; }

# It can be loaded and answers: only mediasoup knows how to start one.
runs() {
  cd "$REPOSITORY" || return
  MEDIASOUP_WORKER_BIN=$1 node_modules/.bin/node --input-type=module \
    --eval 'const { createWorker } = await import("mediasoup"); (await createWorker()).close();'
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
