# shellcheck shell=bash disable=SC2034
# Sourced. Names and addresses of the local cluster. Its parts are boxes: the control plane is one, each host another.
# A box is a network, a mount and a process namespace: when its first process ends, so do all of its processes and mounts.
# The machine itself stands outside, joined to the boxes' bridge by one link, and reaches addresses of hosts and pods as a user would.
source "$(dirname "${BASH_SOURCE[0]}")/../settings.sh"
LOCAL=$CLUSTER_FOLDER/local
link=pl-$cluster_id

# One block of addresses for each cluster on the machine: 172.30.BLOCK.0/24 for hosts, 10.(128+BLOCK).0.0/16 for pods.
# Addresses of Services exist only inside the hosts, so all clusters have the same.
address_block() {
  [[ -f $state/block ]] || return 1
  block=$(<"$state/block")
  host_network=172.30.$block
  control_address=$host_network.2
  pod_network=10.$((128 + block))
}
service_network=10.96.0.0/16

host_address() { echo "$host_network.1$1"; }
host_pods() { echo "$pod_network.$1.0/24"; }

box_namespace() { echo "$cluster_name-$1"; }
boxes() { ip netns list | awk -v prefix="$cluster_name-" 'index($1, prefix) == 1 { print substr($1, length(prefix) + 1) }'; }

# The first process of a box, as the machine numbers it: the one that is 1 in the process namespace right below ours.
box_init() {
  local pid
  for pid in $(ip netns pids "$(box_namespace "$1")" 2>/dev/null); do
    if awk '$1 == "NSpid:" { exit !(NF == 3 && $3 == 1) }' "/proc/$pid/status" 2>/dev/null; then
      echo "$pid"
      return
    fi
  done
  return 1
}

# in_box BOX COMMAND...
in_box() {
  local pid
  pid=$(box_init "$1") || missing "a running box '$1'" "dev/cluster/up; boxes: control, host-1, host-2, ..."
  shift
  nsenter --target "$pid" --net --mount --pid -- "$@"
}

cni_programs() {
  local folder
  for folder in /usr/lib/cni /opt/cni/bin /usr/libexec/cni; do
    if [[ -x $folder/bridge && -x $folder/host-local && -x $folder/portmap ]]; then
      echo "$folder"
      return
    fi
  done
  return 1
}
