# shellcheck shell=bash disable=SC2034
# Sourced. Which images there are, what they are called, and what builds them: Buildah for the local cluster, else Docker.
#   REGISTRY    prefix of the names, for a cluster that pulls its images
source "$(dirname "${BASH_SOURCE[0]}")/../cluster/settings.sh"
IMAGES=$REPOSITORY/dev/images
images=(operator sfu-node turn recorder signaling redis)
image_name() { echo "${REGISTRY:-docker.io/parley}/$1:dev"; }

case $CLUSTER in local) engine=buildah ;; *) engine=docker ;; esac
command -v "$engine" >/dev/null || missing "$engine, for the images of CLUSTER=$CLUSTER" 'dev/requirements, or install it'

# Buildah's images are kept apart from what else the machine builds.
buildah_() {
  buildah --root "$PARLEY_CACHE/images" --runroot "$PARLEY_CACHE/images.run" --storage-driver overlay "$@"
}

# The id of an image as it is on this machine now: its name stays the same.
image_id() {
  if [[ $engine == docker ]]; then
    docker image inspect --format '{{.Id}}' "$(image_name "$1")"
  else
    buildah_ inspect --type image --format '{{.FromImageID}}' "$(image_name "$1")"
  fi
}
