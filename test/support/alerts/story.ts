/** One alert in one situation, as promtool plays it. Minute 0 is midnight, so yesterday is the window before it. */
export interface Story {
  /** A series and its values, in promtool's notation: "5x10" is 5 and ten more, "0+3x10" rises by 3, "_x10" is a gap. */
  readonly series: Readonly<Record<string, string>>;
  /** "12h7m" */
  readonly at: string;
  /** The interval of values and of evaluation; a minute by default. */
  readonly every?: string;
  /** Values of the chart's `alerts`. */
  readonly alerts?: object;
}

export interface Firing extends Story {
  /** All but the severity. */
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** The keys say when. */
export interface AlertStories {
  readonly severity: "critical" | "warning";
  readonly fires: Readonly<Record<string, Firing>>;
  readonly isQuiet: Readonly<Record<string, Story>>;
}

const POD = "sluice-7d9f8b6c5-x2k4q";
/** After a restart, or that of the standby. */
export const OTHER_POD = "sluice-7d9f8b6c5-m8z7w";

export const CRONSWEEP = { dataset: "bgp/daily", sweep_namespace: "bgp", cronsweep: "daily" };
export const SWEEP = { dataset: "bgp/daily", sweep_namespace: "bgp", sweep: "daily-20261122" };
export const WINDOW = { window: "2026-11-22" };

/** A controller's series, with the labels of the scrape. */
export function controllerSeries(metric: string, labels: Readonly<Record<string, string>> = {}, pod = POD): string {
  return series(metric, { ...labels, namespace: "sluice", pod, job: "sluice/sluice", instance: `${pod}:8080` });
}

/** The series of a batch's pod, with the labels of the scrape. */
export function workerSeries(metric: string, labels: Readonly<Record<string, string>> = {}, pod = "daily-20261122-b1-xxxxx"): string {
  return series(metric, { ...SWEEP, ...labels, namespace: "bgp", pod, job: "sluice/sluice-workers", instance: `${pod}:8080` });
}

export function ofSweep(metric: string, labels: Readonly<Record<string, string>> = {}, pod?: string): string {
  return controllerSeries(metric, { ...SWEEP, ...labels }, pod);
}

export function ofCronSweep(metric: string, labels: Readonly<Record<string, string>> = {}, pod?: string): string {
  return controllerSeries(metric, { ...CRONSWEEP, ...labels }, pod);
}

/** A running Sweep, with further series. */
export function aSweep(more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return { [ofSweep("sluice_sweep_info", WINDOW)]: "1x3000", [ofSweep("sluice_sweep_phase", { phase: "Running" })]: "1x3000", ...more };
}

function series(metric: string, labels: Readonly<Record<string, string>>): string {
  return `${metric}{${Object.entries(labels).map(([name, value]) => `${name}="${value}"`).join(",")}}`;
}
