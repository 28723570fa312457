#!/bin/bash
# layer.sh IMAGE FOLDER NAME ARCHIVE: IMAGE with the files of FOLDER over those in its /sluice, as NAME, written to ARCHIVE.
# By docker for kind (SLUICE_KIND), else by buildah.
set -eu
image=$1 folder=$2 name=$3 archive=$4
recipe=$(mktemp)
trap 'rm -f "$recipe"' EXIT
printf 'FROM %s\nCOPY . /sluice/\n' "$image" >"$recipe"
if [ -n "${SLUICE_KIND:-}" ]; then
  docker build --quiet --tag "$name" --file "$recipe" "$folder"
  docker save --output "$archive" "$name"
  docker rmi "$name"
else
  buildah bud --quiet --isolation chroot --pull-never --file "$recipe" --tag "$name" "$folder"
  buildah push --quiet "$name" "docker-archive:$archive:$name"
  buildah rmi "$name"
fi
