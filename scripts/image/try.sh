#!/usr/bin/env bash
# Builds the image without a Docker engine (buildah, chroot isolation), runs it and proves what the Dockerfile promises.
# Needs root and apt, or root and an installed buildah and debootstrap; elsewhere it says that it was not run and exits 0.
# Everything it keeps between runs is the base image under ${XDG_CACHE_HOME:-~/.cache}/herald-image.
set -euo pipefail
cd "$(dirname "$0")/../.."

say() { echo "image: $*"; }
skip() { say "not run: $*"; exit 0; }

install_tools() {
  command -v buildah >/dev/null && command -v debootstrap >/dev/null && return
  command -v apt-get >/dev/null || skip 'buildah and debootstrap are absent, and there is no apt to install them'
  say 'installing buildah and debootstrap'
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends buildah debootstrap >/dev/null
}

# What npm on this machine knows about reaching its registry, for npm in the build; mounted there, never part of a layer.
write_npm_settings() {
  npm config get registry | sed 's/^/registry=/'
  [ -z "${NODE_EXTRA_CA_CERTS-}" ] || echo 'cafile=/run/certificates.pem'
}

[ "$(id -u)" = 0 ] || skip 'needs root (debootstrap and chroot isolation do)'
install_tools

cache=${XDG_CACHE_HOME:-$HOME/.cache}/herald-image
buildah=(buildah --root "$cache/storage" --runroot "$cache/run")
image=localhost/herald-try
work=$(mktemp -d)
mkdir -p "$cache"

# Containers and images of an interrupted run go too; the lock below makes sure that they are nobody else's.
clean_up() {
  "${buildah[@]}" rm --all >/dev/null 2>&1 || true
  "${buildah[@]}" rmi --force "$image" >/dev/null 2>&1 || true
  "${buildah[@]}" rmi --prune >/dev/null 2>&1 || true
  rm -rf "$work"
}
exec 9>"$cache/lock"
flock 9
trap clean_up EXIT

base=localhost/herald-base:1
say "base image $base"
scripts/image/base.sh "$base" "${buildah[@]}"

say 'building'
write_npm_settings >"$work/npmrc"
mounts=(--volume "$work/npmrc:/root/.npmrc:ro")
[ -z "${NODE_EXTRA_CA_CERTS-}" ] || mounts+=(--volume "$NODE_EXTRA_CA_CERTS:/run/certificates.pem:ro")
# --format docker: the OCI format has no health check.
"${buildah[@]}" bud --quiet --isolation chroot --format docker --build-arg BASE="$base" "${mounts[@]}" \
  --tag "$image" . >"$work/build.log" 2>&1 || { tail -50 "$work/build.log" >&2; say 'the build failed'; exit 1; }

TMPDIR=$work node --import tsx scripts/image/exercise.ts "$image" "${buildah[@]}"
