# shellcheck shell=bash
# Sourced by the first process of a box. Keeps programs running: one that ends is started again, unless it was told to stop.
# keep NAME COMMAND...     pid and stop files lie in $state/run
keep() {
  local name=$1 pid
  shift
  mkdir -p "$state/run"
  while :; do
    while [[ -e $state/run/$name.stop ]]; do sleep 0.1; done
    "$@" >>"$state/log/$name" 2>&1 &
    pid=$!
    echo "$pid" >"$state/run/$name.pid"
    wait "$pid" || true
    rm -f "$state/run/$name.pid"
    sleep 0.5
  done &
}
