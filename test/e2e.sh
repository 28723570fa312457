#!/bin/bash
# e2e.sh [ARGUMENTS OF VITEST…]: the end-to-end tests on a real Kubernetes: on kind where a Docker engine runs and kind is installed,
# else on the local cluster, as root. Builds what is missing, makes a cluster of its own, ends with the tests' exit code, and leaves nothing.
# Without arguments all of them, on two local clusters at once: they mostly wait, and one half takes parts of its cluster away.
set -eu
cd "$(dirname "$0")/.."
PATH=$PWD/node_modules/.bin:$PATH
tests=(vitest run --config vitest.e2e.config.ts --reporter=default --reporter=./test/support/vitest/skipped-reporter.ts "$@")

if ! { command -v kind && docker info; } >/dev/null 2>&1; then
  test/cluster/images.sh
  folder=${SLUICE_CLUSTER_FOLDER:-${TMPDIR:-/tmp}/sluice-e2e}
  on() { local name=$1; shift; SLUICE_CLUSTER_FOLDER=$name test/cluster/run "${tests[@]}" "$@"; }
  if [ $# != 0 ]; then on "$folder"; exit; fi
  disturbing=(test/e2e/cluster.test.ts test/e2e/faults test/e2e/kube test/e2e/api-writes test/e2e/many)
  log=$(mktemp)
  on "$folder-disturbed" "${disturbing[@]}" >"$log" 2>&1 &
  other=$!
  trap 'kill "$other" 2>/dev/null || true; wait; cat "$log"; rm -f "$log"' EXIT
  code=0
  on "$folder" --exclude 'test/e2e/{cluster,faults*,api-writes,many}.test.ts' --exclude 'test/e2e/kube/**' || code=$?
  wait "$other" || code=$?
  exit "$code"
fi

for program in kubectl helm; do command -v $program >/dev/null || { echo "$program is missing." >&2; exit 2; }; done
work=$(mktemp -d)
export SLUICE_KIND=sluice-e2e KUBECONFIG=$work/kubeconfig
trap 'kind delete cluster --quiet --name "$SLUICE_KIND"; rm -rf "$work"' EXIT
docker build --tag localhost/sluice:dev .
kind create cluster --name "$SLUICE_KIND" --config test/cluster/kind.yaml --wait 5m
SLUICE_KIND_GATEWAY=$(docker network inspect kind --format '{{range .IPAM.Config}}{{.Gateway}} {{end}}' | grep -o '[0-9]*\.[0-9.]*')
export SLUICE_KIND_GATEWAY
kind load docker-image --name "$SLUICE_KIND" localhost/sluice:dev
code=0
"${tests[@]}" || code=$?
exit "$code"
