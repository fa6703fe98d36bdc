#!/usr/bin/env bash
# Makes a stand-in for the official Node image where no image registry can be reached: this machine's own Debian (or
# Ubuntu) release from its own apt mirror, plus Node and npm from the npm registry. Prints nothing when it is there already.
#
#   base.sh IMAGE BUILDAH...    IMAGE: the name to give it; BUILDAH...: the buildah command, with its storage options
set -euo pipefail

node_version=24.21.0
npm_version=11.19.1

image=$1
shift
buildah=("$@")
"${buildah[@]}" inspect --type image "$image" >/dev/null 2>&1 && exit 0

suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
  awk -v suite="$suite" '$1 == suite && $2 == "main" && !found { print $3; found = 1 }')
[ -n "$mirror" ] || { echo "image: apt names no mirror for $suite main" >&2; exit 1; }

download=$(mktemp -d)
container=$("${buildah[@]}" from scratch)
trap 'rm -rf "$download"; "${buildah[@]}" rm "$container" >/dev/null' EXIT
root=$("${buildah[@]}" mount "$container")

debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$mirror" >"$download/debootstrap.log" 2>&1 ||
  { tail -20 "$download/debootstrap.log" >&2; exit 1; }
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/etc/apt/sources.list

node_package=node-linux-$(node -p process.arch)
npm pack --silent --pack-destination "$download" "$node_package@$node_version" "npm@$npm_version" >/dev/null
modules=$root/usr/local/lib/node_modules
mkdir -p "$modules/npm"
tar -xzf "$download/$node_package-$node_version.tgz" -C "$root/usr/local" --no-same-owner --strip-components=1 package/bin/node
tar -xzf "$download/npm-$npm_version.tgz" -C "$modules/npm" --no-same-owner --strip-components=1
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
chmod 0755 "$root/usr/local/bin/node" "$modules"/npm/bin/*.js

"${buildah[@]}" config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --cmd node "$container"
"${buildah[@]}" commit --quiet "$container" "$image" >/dev/null
