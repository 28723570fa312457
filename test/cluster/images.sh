#!/bin/bash
# Builds the images of the local cluster, with no registry in reach, into archives in images/: the project's own by its Dockerfile,
# on bases made by hand from this machine's files. Does again only what has changed. Needs root, buildah, gcc and node_modules.
set -eu
here=$(cd "$(dirname "$0")" && pwd) root=$(cd "$(dirname "$0")/../.." && pwd)
images=$here/images
mkdir -p "$images"
exec {lock}>"$images/lock"
flock $lock
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# put FOLDER FILE [PATH]: the file under PATH (its own, if none is given) in FOLDER, and the libraries that it names under theirs.
put() {
  local into=$1 file=$2 path=${3:-$2} library
  mkdir -p "$into$(dirname "$path")"
  cp --dereference "$file" "$into$path"
  for library in $(ldd "$file" 2>/dev/null | grep -o '/[^ ]*'); do
    mkdir -p "$into$(dirname "$library")"
    cp --dereference "$library" "$into$library"
  done
}

# system FOLDER: what a program expects of a system: names, certificates, a folder for temporary files.
system() {
  local into=$1
  mkdir -p "$into/etc/ssl/certs" "$into/tmp" "$into/home/nonroot"
  chmod 1777 "$into/tmp"
  printf 'root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' >"$into/etc/passwd"
  printf 'root:x:0:\nnobody:x:65534:\nnonroot:x:65532:\n' >"$into/etc/group"
  printf 'hosts: files dns\n' >"$into/etc/nsswitch.conf"
  cp --dereference /etc/ssl/certs/ca-certificates.crt "$into/etc/ssl/certs/"
  local libraries library
  libraries=$(dirname "$(ldd "$node" | grep -o '/[^ ]*/libc.so.6')")
  for library in nss_dns nss_files resolv; do put "$into" "$libraries/lib$library.so.2"; done
}

# image FOLDER NAME SETTING…: an image of one layer.
image() {
  local from=$1 name=$2 container
  shift 2
  container=$(buildah from scratch)
  buildah copy --quiet "$container" "$from" / >/dev/null
  buildah config "$@" "$container"
  buildah commit --quiet --rm "$container" "$name" >/dev/null
}

# archive NAME FILE: writes the archive, unless it holds this very image already.
archive() {
  local id
  id=$(buildah inspect --type image --format '{{.FromImageID}}' "$1")
  [ "$(cat "$images/$2.id" 2>/dev/null)" != "$id" ] || [ ! -e "$images/$2.tar" ] || return 0
  rm -f "$images/$2.tar"
  buildah push --quiet "$1" "docker-archive:$work/$2.tar:$1"
  mv "$work/$2.tar" "$images/$2.tar"
  echo "$id" >"$images/$2.id"
}

# is_made NAME SOURCE…: the image exists and is newer than what it is made from.
is_made() {
  local name=$1 stamp=$images/$(basename "${1%%:*}").made source
  shift
  buildah inspect --type image "$name" >/dev/null 2>&1 || return 1
  for source in "$@"; do [ "$stamp" -nt "$source" ] || return 1; done
}
made() { touch "$images/$(basename "${1%%:*}").made"; }

node=$root/node_modules/.bin/node
pause=registry.k8s.io/pause:3.10 base=localhost/base:node builder=localhost/builder:node sluice=localhost/sluice:dev

if ! is_made $pause "$here/images.sh" "$here/pause.c"; then
  mkdir "$work/pause"
  gcc -Os -static -o "$work/pause/pause" "$here/pause.c"
  image "$work/pause" $pause --entrypoint '["/pause"]' --user 65535:65535
  made $pause
fi

if ! is_made $base "$here/images.sh" "$node"; then
  system "$work/base"
  put "$work/base" "$node" /nodejs/bin/node
  image "$work/base" $base --entrypoint '["/nodejs/bin/node"]' --user 65532:65532 --workingdir /home/nonroot \
    --env PATH=/nodejs/bin --env SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
  made $base
fi

if ! is_made $builder "$here/images.sh" "$node"; then
  npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
  system "$work/builder"
  put "$work/builder" /bin/sh
  put "$work/builder" /usr/bin/env
  put "$work/builder" "$node" /usr/bin/node
  mkdir -p "$work/builder/usr/lib/node_modules" "$work/builder/root"
  cp -r "$npm" "$work/builder/usr/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/builder/usr/bin/npm"
  image "$work/builder" $builder --env PATH=/usr/bin:/bin --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
  made $builder
fi

buildah bud --layers --isolation chroot --pull-never --file "$root/Dockerfile" --tag $sluice \
  --build-arg BUILDER=$builder --build-arg BASE=$base \
  --build-arg VERSION="$(sed -n 's/^  "version": "\(.*\)",/\1/p' "$root/package.json")" \
  --build-arg REVISION="$(git -C "$root" rev-parse HEAD 2>/dev/null || echo unknown)" "$root" >"$images/build.log" 2>&1 || { tail -n 30 "$images/build.log" >&2; exit 1; }
archive $pause pause
archive $sluice sluice
