# shellcheck shell=bash
# Sourced by a host's first process. The kubelet sets these for the whole machine when they differ from what it wants, and would
# leave them so: it is shown what it wants, and the machine's own stay as they are.
shown=/run/kernel-settings
mkdir -p "$shown"
while IFS='=' read -r setting value; do
  echo "$value" >"$shown/${setting//\//.}"
  mount --bind "$shown/${setting//\//.}" "/proc/sys/$setting"
done <<'LIST'
vm/overcommit_memory=1
vm/panic_on_oom=0
kernel/panic=10
kernel/panic_on_oops=1
kernel/keys/root_maxkeys=1000000
kernel/keys/root_maxbytes=25000000
LIST
