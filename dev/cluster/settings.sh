# shellcheck shell=bash disable=SC2034
# Sourced. Which cluster this checkout uses, and where what is known of it is kept: outside the checkout, by the checkout's path.
#   CLUSTER          local (default), kind, k3d, or current: the context that kubectl uses now, only when this is said
#   HOSTS            how many hosts a new cluster gets; each is a zone of its own
#   PARLEY_CLUSTER   names another cluster than the checkout's own, so that one checkout can have several
CLUSTER_FOLDER=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$CLUSTER_FOLDER/../progress.sh"
source "$CLUSTER_FOLDER/../tools/cache.sh"

HOSTS=${HOSTS:-2}
cluster_id=$(sha256sum <<<"$REPOSITORY${PARLEY_CLUSTER:+ $PARLEY_CLUSTER}")
cluster_id=${cluster_id:0:6}
cluster_name=parley-$cluster_id
state=$PARLEY_CACHE/clusters/$cluster_id
kubeconfig=$state/kubeconfig

# What is up stays what it is until it is down.
if [[ -f $state/kind ]]; then
  CLUSTER_UP=$(<"$state/kind")
  if [[ -n ${CLUSTER:-} && $CLUSTER != "$CLUSTER_UP" ]]; then
    missing "a free place: a cluster of kind $CLUSTER_UP is up" "dev/cluster/down, or leave CLUSTER as it is"
  fi
  CLUSTER=$CLUSTER_UP
fi
CLUSTER=${CLUSTER:-local}
[[ $CLUSTER =~ ^(local|kind|k3d|current)$ ]] || missing "a known CLUSTER: '$CLUSTER'" 'local, kind, k3d or current'
