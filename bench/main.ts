import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { tidyUpAtTheEnd } from "../test/support/processes/tidy-up.ts";
import { caseStudy, preparePython } from "./case-study.ts";
import { measureCluster } from "./cluster-figures.ts";
import { runController } from "./controller.ts";
import { curlToNowhere, curlToRg } from "./curl.ts";
import { openDatabases } from "./databases.ts";
import { measureLarge } from "./large.ts";
import { machine } from "./machine.ts";
import { AT_ONCE, type Peer } from "./peer.ts";
import { buildPrograms } from "./programs.ts";
import { report } from "./report.ts";
import { serveLarge } from "./serving.ts";
import { runSweep } from "./slots.ts";
import { sluiceBatch } from "./sluice-batch.ts";
import { versionOf } from "./version-of.ts";

/** docs/benchmarks.md describes what is measured and how. `--quick` only shows that it works. */
const isQuick = process.argv.includes("--quick");
const size = isQuick
  ? { count: 4, megabytes: 8, rounds: 1, largest: 16, batches: 500, sweeps: [{ targets: 600, slots: 16 }] }
  : {
      count: AT_ONCE,
      megabytes: 64,
      rounds: 3,
      largest: 272,
      batches: 10_000,
      sweeps: [
        { targets: 20_000, slots: 16 },
        { targets: 2_500, slots: 8 },
      ],
    };

const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
const folder = await mkdtemp(path.join(tmpdir(), "sluice-bench-"));
const removeFolder = tidyUpAtTheEnd('rm -r "$1"', folder);
const programs = buildPrograms(folder);
const databases = await openDatabases();
try {
  const curl = versionOf("curl");
  const rg = versionOf("rg");
  const python = preparePython(process.env, say);
  if (curl === null) say("Without curl: it is not installed.");
  if (rg === null) say("Without curl | rg: ripgrep is not installed (on Debian: apt-get install ripgrep).");
  const ours = sluiceBatch(programs, databases, folder);
  const theirs: Peer[] = python === null ? [] : [caseStudy(python, databases)];
  const peers: Peer[] = [...(curl === null ? [] : [curlToNowhere]), ...(curl === null || rg === null ? [] : [curlToRg]), ...theirs, ours];

  const large = await serveLarge(programs, folder, size.count, size.megabytes * 1e6);
  const figures = await measureLarge(large.servings, peers, size.rounds, say).finally(() => large.stop());
  // An answer is one line, and rg holds whole lines: at this size it would need gigabytes.
  const withMemory = peers.filter((peer) => peer !== curlToRg);
  const largest = await serveLarge(programs, folder, size.count, size.largest * 1e6);
  const largestFigures = await measureLarge(largest.servings.slice(-1), withMemory, 1, say).finally(() => largest.stop());
  const sweeps = [];
  for (const sweep of size.sweeps) {
    say(`A sweep of ${sweep.targets} targets with ${sweep.slots} slots`);
    sweeps.push(await runSweep(programs, databases, folder, sweep));
  }
  say(`The controller over ${size.batches} batches`);
  const controller = await runController(folder, size.batches);
  say("A sweep on the local cluster");
  const cluster = measureCluster(isQuick);
  if (cluster === null) say("Without the cluster: it needs root, and the programs that test/cluster/build.sh builds.");
  const text = report({
    isQuick,
    machine: machine(),
    peers: [curl, rg, python === null ? null : versionOf(python), python === null ? null : "requests and psycopg2 as in bench/requirements.txt"].filter((peer) => peer !== null),
    figures,
    largest: largestFigures,
    sizes: {
      figures: `${size.count} answers of ${size.megabytes} MB at once, ${size.rounds === 1 ? "one round" : `medians of ${size.rounds} rounds`}`,
      largest: `${size.count} answers of ${size.largest} MB at once, one round`,
    },
    sweeps,
    controller,
    cluster,
  });
  process.stdout.write(`${text}\n`);
} finally {
  await databases.stop();
  await removeFolder();
}
