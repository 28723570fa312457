#!/bin/bash
# node.sh HERE FOLDER COMMAND…: process 1 of the namespaces that `run` made. Sets the node up, starts its parts, loads the images,
# waits until pods can start, and runs COMMAND.
set -eu
here=$1 folder=$2
shift 2
bin=$here/bin from=$PWD
ip=10.244.0.1 # the bridge's own address: node, API server, DNS and what the tests start listen here; the pods stand beside it

cd "$folder"
read -r pid _ </proc/self/stat # still the number that this process has outside
echo "$pid" >init.pid
mount -t proc proc /proc
mount -t tmpfs tmpfs /run && mkdir -p /run/lock # xtables.lock and CNI's network namespaces
ip link set lo up
ip link add pods0 type bridge && ip addr add $ip/24 dev pods0 && ip link set pods0 up
ip route add default via $ip # kube-proxy and the kubelet want one
sysctl -qw net.ipv4.ip_forward=1

# The kubelet wants its cgroup to exist, in each tree of version 1 or with the controllers handed down in version 2.
cgroup=/$(basename "$folder")
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  sed 's/[^ ]*/+&/g' /sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
  mkdir -p "/sys/fs/cgroup$cgroup"
  sed 's/[^ ]*/+&/g' /sys/fs/cgroup/cgroup.controllers >"/sys/fs/cgroup$cgroup/cgroup.subtree_control"
else
  for tree in /sys/fs/cgroup/*/; do mkdir -p "$tree$cgroup"; done
fi

mkdir -p pki log run parts cni tmp
. "$here/config.sh"
cat >environment <<END
export SLUICE_CLUSTER="$folder" KUBECONFIG="$folder/pki/admin.conf" TMPDIR="$folder/tmp" PATH="$bin:$here:\$PATH"
END
. ./environment

wait_for() {
  for _ in $(seq 480); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.25
  done
  echo "The cluster did not come up. Waited in vain for: $*" >&2
  tail -n 3 log/*.log >&2
  exit 1
}

part start containerd
part start etcd
part start apiserver
for name in controllers scheduler kubelet proxy dns; do part start $name; done
kubectl create clusterrolebinding proxy --clusterrole=system:node-proxier --user=system:kube-proxy >/dev/null
wait_for ctr -a containerd.sock version
for image in "$here"/images/*.tar; do [ ! -e "$image" ] || ctr -a containerd.sock -n k8s.io images import "$image" >/dev/null; done
wait_for sh -c 'kubectl get node node1 | grep -qw Ready'
wait_for kubectl get serviceaccount default
touch ready
set +e
cd "$from"
"$@"
