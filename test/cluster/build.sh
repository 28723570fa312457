#!/bin/bash
# Builds the programs of the local cluster into bin/: Kubernetes in one binary, with a link for each of its programs, helm, CoreDNS
# and kwok, from the modules pinned in programs/ and kwok/. Does nothing if they are up to date.
# Ten minutes on two cores when nothing is cached. Needs Go 1.24 or newer.
set -eu
cd "$(dirname "$0")"
bin=$PWD/bin
sources=(build.sh programs/* kwok/*)
fresh() { local source; for source in "${sources[@]}"; do [ "$bin/built" -nt "$source" ] || return 1; done; }
if fresh; then exit 0; fi

command -v go >/dev/null || { echo "go is missing: the local cluster's programs are built with Go 1.24 or newer (https://go.dev/dl)." >&2; exit 2; }
mkdir -p "$bin"
exec {lock}>"$bin/lock"
flock $lock
if fresh; then exit 0; fi
echo "Building the local cluster's programs into test/cluster/bin: some minutes, once." >&2

export CGO_ENABLED=0
build() { go build -C "$1" -trimpath -ldflags "-s -w ${4:-}" -o "$bin/$2" "$3"; }
kube=$(sed -n 's|^\s*k8s.io/kubernetes v||p' programs/go.mod)
minor=${kube#1.} version=k8s.io/component-base/version
build programs cluster . "-X $version.gitVersion=v$kube -X $version.gitMajor=1 -X $version.gitMinor=${minor%%.*}"
for program in etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl; do ln -sf cluster "$bin/$program"; done
build programs helm helm.sh/helm/v3/cmd/helm
build programs coredns github.com/coredns/coredns
build kwok kwok sigs.k8s.io/kwok/cmd/kwok
touch "$bin/built"
