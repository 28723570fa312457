#!/bin/sh
# Installs what the whole test suite and the benchmarks need of Debian, beside Node and git. As root; again does nothing.
#   pgbouncer     tests of the store through a pooler in transaction mode
#   util-linux    unshare and mount: a full disk, a process without rights
#   procps        whether anything was left running
#   curl ripgrep  peers of the benchmarks
#   python3-venv  the benchmarks' peer in Python
#   containerd runc containernetworking-plugins iptables conntrack iproute2
#                 the node of the local cluster on which the end-to-end tests run
#   openssl       that cluster's keys
#   buildah       the image, built without a Docker engine
#   lua5.4        the health checks that Argo CD runs
#   prometheus    scrapes the sweeps on that cluster; its promtool checks metrics and alerts
#   chromium fonts-dejavu-core
#                 looks at the report
#   gcc libc6-dev the process that holds a pod's namespaces, static and small
set -eu

missing=
for package in buildah ca-certificates chromium conntrack containerd containernetworking-plugins curl fonts-dejavu-core gcc git iproute2 iptables \
  libc6-dev lua5.4 openssl pgbouncer procps prometheus python3 python3-venv ripgrep runc util-linux; do
  dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
  echo "These packages are missing, and only root can install them:$missing" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
# Each test starts a pooler of its own: none is to run as a service.
if [ ! -e /usr/sbin/policy-rc.d ]; then
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod +x /usr/sbin/policy-rc.d
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
fi
apt-get update --quiet=2
# shellcheck disable=SC2086 # a list of words
apt-get install --quiet=2 --yes --no-install-recommends $missing
