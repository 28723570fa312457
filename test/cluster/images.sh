#!/bin/bash
# Builds the project's image by its Dockerfile where no registry is in reach, and writes the archives that the local cluster loads
# into images/. Does again only what has changed. Needs root and buildah, beside what bases.sh needs.
set -eu
here=$(cd "$(dirname "$0")" && pwd) root=$(cd "$(dirname "$0")/../.." && pwd)
images=$here/images
mkdir -p "$images"
exec {lock}>"$images/lock"
flock $lock
"$here/bases.sh" "$images"

revision=$(git -C "$root" rev-parse HEAD 2>/dev/null || echo unknown)
version=$(sed -n 's/^  "version": "\(.*\)",/\1/p' "$root/package.json")
build() {
  buildah bud --layers --isolation chroot --pull-never --file "$root/Dockerfile" --tag localhost/sluice:dev \
    --build-arg BUILDER=localhost/builder:node --build-arg BASE=localhost/base:node \
    --build-arg VERSION="$version" --build-arg REVISION="$revision" "$root" >"$images/build.log" 2>&1
}
# On a busy machine it sometimes fails to copy its own binary ("sealing memfd copy: Device or resource busy").
build || build || {
  tail -n 30 "$images/build.log" >&2
  exit 1
}

# archive NAME FILE: writes the archive, unless it already contains this image.
archive() {
  local id file=$images/$2
  id=$(buildah inspect --type image --format '{{.FromImageID}}' "$1")
  if [ -e "$file.tar" ] && [ "$(cat "$file.id" 2>/dev/null)" = "$id" ]; then return; fi
  rm -f "$file.new"
  buildah push --quiet "$1" "docker-archive:$file.new:$1"
  mv "$file.new" "$file.tar"
  echo "$id" >"$file.id"
}
archive registry.k8s.io/pause:3.10 pause
archive docker.io/library/postgres:18 postgres
archive localhost/sluice:dev sluice
