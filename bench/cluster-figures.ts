import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ROOT } from "../test/support/root.ts";

/** The overhead of Kubernetes and the controller, measured on the local cluster. */
export interface ClusterFigures {
  /** Seconds on top of a batch's own work when one batch follows the other. */
  readonly addedSeconds: number;
  /** Request-seconds over slots × seconds with four pods and 16 slots. */
  readonly use: number;
  readonly batches: number;
  readonly targets: number;
}

/** Null where the local cluster is not available: it needs root, and the programs that test/cluster/build.sh builds. */
export function measureCluster(isQuick: boolean): ClusterFigures | null {
  if (process.getuid!() !== 0 || !isBuilt()) return null;
  const cluster = path.join(ROOT, "test/cluster");
  execFileSync(path.join(cluster, "images.sh"), { stdio: ["ignore", 2, 2] });
  const said = execFileSync(path.join(cluster, "run"), [process.execPath, path.join(ROOT, "bench/cluster.ts"), ...(isQuick ? ["--quick"] : [])], {
    encoding: "utf8",
    cwd: ROOT,
    env: { ...process.env, SLUICE_CLUSTER_FOLDER: path.join(tmpdir(), "sluice-bench-cluster") },
    stdio: ["ignore", "pipe", 2],
  });
  return JSON.parse(said.trim().split("\n").at(-1)!) as ClusterFigures;
}

function isBuilt(): boolean {
  try {
    accessSync(path.join(ROOT, "test/cluster/bin/built"), constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
