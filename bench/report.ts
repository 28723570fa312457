import { mebibytes, grouped } from "../src/model/figures.ts";
import { renderTable, type Column } from "../src/cli/table.ts";
import type { ClusterFigures } from "./cluster-figures.ts";
import type { ControllerRun } from "./controller.ts";
import type { Figures } from "./large.ts";
import { LATENCY, type SweepRun } from "./slots.ts";

export interface Results {
  /** Sizes so small that most of the time is the start of processes. */
  readonly isQuick: boolean;
  readonly machine: string;
  /** A version line of each client. */
  readonly peers: readonly string[];
  /** By protocol and client. */
  readonly figures: readonly Figures[];
  /** The largest answers, over HTTPS with gzip. */
  readonly largest: readonly Figures[];
  readonly sizes: { readonly figures: string; readonly largest: string };
  readonly sweeps: readonly SweepRun[];
  readonly controller: ControllerRun;
  /** Null where the local cluster is not available. */
  readonly cluster: ClusterFigures | null;
}

const OURS = "sluice";
const THEIRS = "case study (Python)";
const PLAIN = { strong: same, dim: same, good: same, middling: same, bad: same };

/** The whole report, ratios first. */
export function report({ isQuick, machine, peers, figures, largest, sizes, sweeps, controller, cluster }: Results): string {
  return [
    ...(isQuick ? ["Quick: this only shows that the benchmark works. Most of the time is the start of processes, so the figures mean nothing."] : []),
    ratios(figures, largest, sweeps),
    `CPU of all of a client's processes, including their start, but not of Postgres and the simulated provider.`,
    `${sizes.figures}:\n${table(figures)}`,
    `${sizes.largest}:\n${table(largest)}`,
    `Slots in use while targets were waiting; ${LATENCY.distribution} latency, median ${LATENCY.medianSeconds} s, sigma ${LATENCY.sigma}:\n${slots(sweeps)}`,
    `The controller as a process, over ${grouped(controller.batches)} batches of a simulated Kubernetes (${controller.seconds.toFixed(0)} s):\n${controllerTable(controller)}`,
    ...(cluster === null ? [] : [`On a real Kubernetes of one node:\n${clusterTable(cluster)}`]),
    [machine, ...peers].join("\n"),
  ].join("\n\n");
}

function ratios(figures: readonly Figures[], largest: readonly Figures[], sweeps: readonly SweepRun[]): string {
  const over = (all: readonly Figures[], protocol: string, peer: string): Figures | undefined => all.find((each) => each.protocol === protocol && each.peer === peer);
  const protocols = [...new Set(figures.map(({ protocol }) => protocol))];
  const speeds = protocols.flatMap((protocol) => {
    const [ours, theirs] = [over(figures, protocol, OURS), over(figures, protocol, THEIRS)];
    return ours === undefined || theirs === undefined ? [] : [[`MB of text a CPU-second, ${protocol}`, `${(ours.speed / theirs.speed).toFixed(2)} times the case study's`]];
  });
  const [ours, theirs] = [over(largest, "HTTPS and gzip", OURS), over(largest, "HTTPS and gzip", THEIRS)];
  const memory = ours === undefined || theirs === undefined ? [] : [["peak anonymous memory", `1/${(theirs.anonPeakBytes / ours.anonPeakBytes).toFixed(1)} of the case study's`]];
  const all = [...figures, ...largest];
  const lost = [OURS, THEIRS].flatMap((peer) => {
    const its = all.filter((each) => each.peer === peer);
    return its.length === 0 ? [] : [[`matches lost, ${peer}`, `${grouped(sum(its.map((each) => each.lost ?? 0)))} of ${grouped(sum(its.map(({ matches }) => matches)))}`]];
  });
  const used = sweeps.map((sweep) => [`slots in use, of ${sweep.slots}`, share(sweep.use)]);
  return renderTable([{ title: "" }, { title: "" }], [...speeds, ...memory, ...lost, ...used], PLAIN).trim();
}

function table(figures: readonly Figures[]): string {
  const columns: Column[] = [
    { title: "over" },
    { title: "client" },
    { title: "MB a CPU-second", align: "right" },
    { title: "CPU s", align: "right" },
    { title: "wall s", align: "right" },
    { title: "anonymous MiB", align: "right" },
    { title: "matches lost", align: "right" },
  ];
  const rows = figures.map((each) => [
    each.protocol,
    each.peer,
    grouped(each.speed),
    each.cpuSeconds.toFixed(2),
    each.seconds.toFixed(1),
    mebibytes(each.anonPeakBytes),
    each.lost === null ? "–" : grouped(each.lost),
  ]);
  return renderTable(columns, rows, PLAIN).trimEnd();
}

function slots(sweeps: readonly SweepRun[]): string {
  const columns: Column[] = ["slots", "targets", "in use", "most in flight", "wall s", "CPU s"].map((title) => ({ title, align: "right" }));
  const rows = sweeps.map((sweep) => [
    String(sweep.slots),
    grouped(sweep.targets),
    share(sweep.use),
    String(sweep.mostInFlight),
    sweep.seconds.toFixed(0),
    sweep.cpuSeconds.toFixed(0),
  ]);
  return renderTable(columns, rows, PLAIN).trimEnd();
}

function controllerTable({ anonPeakBytes, residentPeakBytes, objectBytes, first, last }: ControllerRun): string {
  const rows = [
    ["peak anonymous memory", `${mebibytes(anonPeakBytes)} MiB`],
    ["peak resident memory, including the program", `${mebibytes(residentPeakBytes)} MiB`],
    ["largest Sweep object", `${(objectBytes / 1024).toFixed(1)} KiB`],
    ["writes a batch, first and last tenth", `${first.writes.toFixed(2)} and ${last.writes.toFixed(2)}`],
    ["reads a batch, first and last tenth", `${first.reads.toFixed(2)} and ${last.reads.toFixed(2)}`],
  ];
  return renderTable([{ title: "" }, { title: "" }], rows, PLAIN).trim();
}

function clusterTable({ addedSeconds, use, batches, targets }: ClusterFigures): string {
  const rows = [
    [`on top of a batch's own work, over ${batches} batches`, `${addedSeconds.toFixed(1)} s`],
    [`slots in use, of 16, over ${grouped(targets)} targets`, share(use)],
  ];
  return renderTable([{ title: "" }, { title: "" }], rows, PLAIN).trim();
}

function share(part: number): string {
  return `${(Math.floor(part * 1000) / 10).toFixed(1)} %`;
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0);
}

function same(text: string): string {
  return text;
}
