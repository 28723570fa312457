import { renderLabels, type Label } from "../cli/labels.ts";
import type { Paint } from "../cli/paint.ts";
import { renderTable } from "../cli/table.ts";
import type { CronSweepObject, SweepObject } from "../controller/resources.ts";
import { parseMoment } from "../model/moment.ts";
import type { WindowRun } from "../model/sweep-object.ts";
import { conditionLabels, paintPhase } from "./sweep-report.ts";
import { pausedText, renderSweeps } from "./sweeps-table.ts";

/** The rest is in the object itself: -o json. */
const MOST_WINDOWS = 30;

/** Everything known about a CronSweep, for a person. `now` in milliseconds. */
export function renderCronSweep(cronSweep: CronSweepObject, sweeps: readonly SweepObject[], now: number, paint: Paint): string {
  const paused = [cronSweep.status?.state === "Invalid" ? "Invalid" : "", pausedText(cronSweep)].filter((word) => word !== "").join(", ");
  const parts = [
    `${paint.strong(`CronSweep ${cronSweep.metadata.name}`)}${paused === "" ? "" : `   ${paint.middling(paused)}`}\n${renderLabels([...labelsOf(cronSweep, paint), ...conditionLabels(cronSweep.status?.conditions ?? [], false, paint)], paint)}`,
    windowsText(cronSweep.status?.windows ?? [], paint),
    sweeps.length === 0 ? "" : renderSweeps(sweeps, now, paint),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

function labelsOf({ metadata, spec, status = {} }: CronSweepObject, paint: Paint): Label[] {
  const { every = "", dataset = `${metadata.namespace ?? "default"}/${metadata.name}` } = status;
  const { catchUp, concurrencyPolicy } = spec;
  const range = catchUp.since === undefined ? `the ${catchUp.windows ?? 0} windows before the newest` : `windows since ${catchUp.since}`;
  const labels: (Label | null)[] = [
    ["dataset", `${dataset}${every === "" ? "" : `, windows of ${every}`}`],
    ["schedule", `${spec.schedule} ${spec.timeZone}${status.nextRun === undefined ? "" : `, next ${status.nextRun}`}`],
    status.newestWindow === undefined ? null : ["newest", `${status.newestWindow} ${paintPhase(status.newestState ?? "", paint)}`],
    ["catch up", `${range}${status.windowsToCatchUp === undefined ? "" : `: ${status.windowsToCatchUp} to do`}${(status.windowsMissed ?? 0) === 0 ? "" : `, ${status.windowsMissed} missed`}, ${concurrencyPolicy === "Allow" ? "at the same time as the newest" : "one sweep at a time"}`],
    status.active === undefined || status.active.length === 0 ? null : ["active", status.active.join(", ")],
    status.lastSuccess === undefined ? null : ["last success", status.lastSuccess],
  ];
  return labels.filter((label) => label !== null);
}

/** The newest first. */
function windowsText(runs: readonly WindowRun[], paint: Paint): string {
  if (runs.length === 0) return "";
  const shown = runs.toReversed().slice(0, MOST_WINDOWS);
  const columns = [{ title: "windows" }, { title: "state", paint: (text: string) => paintPhase(text, paint) }, { title: "last asked" }, { title: "sweeps", align: "right" as const }];
  const cells = shown.map((run) => [spanOf(run), run.state, run.lastAsked.slice(0, 16).replace("T", " "), String(run.turns)]);
  const rest = runs.length - shown.length;
  return `${renderTable(columns, cells, paint)}${rest === 0 ? "" : `and ${rest} earlier ${rest === 1 ? "entry" : "entries"}\n`}`;
}

/** "2026-11-20" for one day, else "2026-11-01 to 2026-11-20", where the end is exclusive. */
function spanOf({ from, to }: WindowRun): string {
  const days = ((parseMoment(to) ?? 0) - (parseMoment(from) ?? 0)) / 86_400;
  return days === 1 ? from : `${from} to ${to}`;
}
