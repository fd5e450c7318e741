# shellcheck shell=bash disable=SC2154
# Sourced by a host's first process. A cgroup for the host, in every hierarchy that there is: version 1 has one for each controller.
cgroup=$cluster_name-$name
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*; do
  if [[ ! -L $hierarchy && -e $hierarchy/cgroup.procs && $hierarchy != */unified ]]; then mkdir -p "$hierarchy/$cgroup"; fi
  if [[ -e $hierarchy/cgroup.controllers && $hierarchy == /sys/fs/cgroup ]]; then break; fi
done
cpusets=/sys/fs/cgroup/cpuset
if [[ -e $cpusets/$cgroup/cpuset.cpus ]]; then
  cat "$cpusets/cpuset.cpus" >"$cpusets/$cgroup/cpuset.cpus"
  cat "$cpusets/cpuset.mems" >"$cpusets/$cgroup/cpuset.mems"
fi
# A host counts as much as a machine would, not as one process of this one: else a busy test starves every pod.
if [[ -e /sys/fs/cgroup/cpu/$cgroup/cpu.shares ]]; then echo 16384 >"/sys/fs/cgroup/cpu/$cgroup/cpu.shares"; fi
if [[ -e /sys/fs/cgroup/$cgroup/cpu.weight ]]; then echo 1600 >"/sys/fs/cgroup/$cgroup/cpu.weight"; fi
