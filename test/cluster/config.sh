# Sourced by node.sh in the state folder: the configuration of the parts, and a program in parts/ that starts each.
# Wants: here, bin, folder, ip, cgroup.

# The API server's users, each with a token: "token user group".
openssl genrsa -out pki/sa.key 2048 2>/dev/null && openssl rsa -in pki/sa.key -pubout -out pki/sa.pub 2>/dev/null
cat >pki/tokens.csv <<END
admin-token,admin,admin,system:masters
controllers-token,system:kube-controller-manager,controllers
scheduler-token,system:kube-scheduler,scheduler
kubelet-token,system:node:node1,kubelet,system:nodes
proxy-token,system:kube-proxy,proxy
END
for who in admin controllers scheduler kubelet proxy; do
  cat >pki/$who.conf <<END
apiVersion: v1
kind: Config
clusters: [{ name: local, cluster: { server: "https://$ip:6443", certificate-authority: $folder/pki/apiserver.crt } }]
users: [{ name: $who, user: { token: $who-token } }]
contexts: [{ name: local, context: { cluster: local, user: $who } }]
current-context: local
END
done

# Where OOM scores cannot be lowered, no sandbox starts without restrict_oom_score_adj.
cat >containerd.toml <<END
version = 2
root = "$folder/containerd"
state = "$folder/containerd-state"
[grpc]
  address = "$folder/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:3.10"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$folder/cni"
END

cat >cni/10-pods.conflist <<END
{ "cniVersion": "1.0.0", "name": "pods", "plugins": [
  { "type": "bridge", "bridge": "pods0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
    "ipam": { "type": "host-local", "ranges": [[{ "subnet": "10.244.0.0/24" }]], "routes": [{ "dst": "0.0.0.0/0" }], "dataDir": "$folder/ipam" } },
  { "type": "portmap", "capabilities": { "portMappings": true } } ] }
END

# A dead node must be noticed within a test's time: its lease is renewed every 2 seconds and missed after 15 (controllers).
cat >kubelet.yaml <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix://$folder/containerd.sock
authentication: { anonymous: { enabled: true }, webhook: { enabled: false } }
authorization: { mode: AlwaysAllow }
cgroupDriver: cgroupfs
cgroupRoot: $cgroup
failSwapOn: false
failCgroupV1: false
clusterDomain: cluster.local
clusterDNS: [$ip]
resolvConf: /dev/null
podLogsDir: $folder/pod-logs
nodeLeaseDurationSeconds: 8
nodeStatusUpdateFrequency: 4s
imageGCHighThresholdPercent: 100
evictionHard: { memory.available: "0%", nodefs.available: "0%", imagefs.available: "0%" }
END

cat >proxy.yaml <<END
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: { kubeconfig: $folder/pki/proxy.conf }
mode: iptables
clusterCIDR: 10.244.0.0/16
hostnameOverride: node1
conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s }
END

cat >Corefile <<END
.:53 {
  bind $ip
  kubernetes cluster.local {
    kubeconfig $folder/pki/admin.conf local
  }
}
END

# part_is NAME COMMAND…: the command that starts the part.
part_is() {
  local name=$1
  shift
  { printf '#!/bin/sh\ncd "%s" && exec' "$folder"; printf ' "%s"' "$@"; echo; } >"parts/$name"
  chmod +x "parts/$name"
}
part_is containerd containerd -c containerd.toml
part_is etcd "$bin/etcd" --data-dir etcd --unsafe-no-fsync --log-level error
part_is apiserver "$bin/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 --cert-dir=pki --advertise-address=$ip --secure-port=6443 \
  --service-cluster-ip-range=10.96.0.0/16 --service-account-issuer=https://kubernetes.default.svc \
  --service-account-key-file=pki/sa.pub --service-account-signing-key-file=pki/sa.key --token-auth-file=pki/tokens.csv \
  --audit-policy-file="$here/audit.yaml" --audit-log-path=log/audit.log \
  --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction,OwnerReferencesPermissionEnforcement \
  --default-not-ready-toleration-seconds=30 --default-unreachable-toleration-seconds=30 \
  --allow-privileged=true --kubelet-preferred-address-types=InternalIP
part_is controllers "$bin/kube-controller-manager" --kubeconfig=pki/controllers.conf --service-account-private-key-file=pki/sa.key \
  --root-ca-file=pki/apiserver.crt --use-service-account-credentials --leader-elect=false --secure-port=0 \
  --node-monitor-period=2s --node-monitor-grace-period=15s
part_is scheduler "$bin/kube-scheduler" --kubeconfig=pki/scheduler.conf --leader-elect=false --secure-port=0
part_is kubelet "$bin/kubelet" --kubeconfig=pki/kubelet.conf --config=kubelet.yaml --root-dir="$folder/kubelet" \
  --hostname-override=node1 --node-ip=$ip --cert-dir=pki/kubelet
part_is proxy "$bin/kube-proxy" --config=proxy.yaml
part_is dns "$bin/coredns" -conf Corefile
