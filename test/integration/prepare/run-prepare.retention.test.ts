import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SpecError, SurroundingsError } from "../../../src/model/errors.ts";
import { formatMoment } from "../../../src/model/moment.ts";
import type { ResolvedSpec } from "../../../src/model/resolved.ts";
import { anIdentity, openPlace, type PreparePlaces } from "./place.ts";

const DAY_SECONDS = 86_400;
const TODAY = Math.floor(Date.now() / 1000 / DAY_SECONDS) * DAY_SECONDS;
const YEARS_SECONDS = 5 * 365 * DAY_SECONDS;

let place: PreparePlaces;
let name: string;
let datasets = 0;

beforeAll(async () => {
  place = await openPlace({ seed: 3, source: { kind: "model", targets: 5, active: 0.5, largest: 50 }, limits: { inFlight: 16 } });
});

afterAll(async () => {
  await place.close();
});

beforeEach(() => {
  name = `trial-${(datasets += 1)}`;
});

/** The spec of the day that began so many days ago. */
async function specOf(daysAgo: number, retentionDays = 730): Promise<ResolvedSpec> {
  const spec = await place.spec(undefined, {}, name);
  return { ...spec, retentionSeconds: retentionDays * DAY_SECONDS, window: { start: TODAY - daysAgo * DAY_SECONDS, end: TODAY - (daysAgo - 1) * DAY_SECONDS } };
}

async function windows(): Promise<string[]> {
  const rows = await place.store.db.query<{ start: number }>("select extract(epoch from window_start)::bigint as start from sluice.windows where dataset = $1 order by 1", [`default/${name}`]);
  return rows.map(({ start }) => formatMoment(start));
}

function day(daysAgo: number): string {
  return formatMoment(TODAY - daysAgo * DAY_SECONDS);
}

describe("prepare, when the retention became shorter", () => {
  test("keeps the windows and says so; the sweep goes on", async () => {
    for (const daysAgo of [9, 8, 7]) await place.prepare(anIdentity(), await specOf(daysAgo));
    const message = await place.prepare(anIdentity(), await specOf(1, 2));
    expect(message.ranges).not.toEqual([]);
    expect(message.retentionHeld).toBe(
      `store.retention is 2d, but default/${name} has been kept for 730d: 3 windows (${day(9)} to ${day(7)}) with 0 updates are older. They are kept until this is confirmed: \`sluice run --yes\`, or the annotation sluice.dev/confirm-retention: 2d.`,
    );
    expect(await windows()).toEqual([day(9), day(8), day(7), day(1)]);
  });

  test("drops them once that very retention is confirmed, though the window itself is settled", async () => {
    for (const daysAgo of [9, 1]) await place.prepare(anIdentity(), await specOf(daysAgo));
    const spec = await specOf(1, 2);
    expect(await place.prepare(anIdentity(), spec, {}, { confirmedRetentionSeconds: 3 * DAY_SECONDS })).toHaveProperty("retentionHeld");
    expect(await windows()).toEqual([day(9), day(1)]);
    expect(await place.prepare(anIdentity(), spec, {}, { confirmedRetentionSeconds: 2 * DAY_SECONDS })).not.toHaveProperty("retentionHeld");
    expect(await windows()).toEqual([day(1)]);
  });

  test("follows it without a question where it drops nothing", async () => {
    await place.prepare(anIdentity(), await specOf(1));
    expect(await place.prepare(anIdentity(), await specOf(1, 20))).not.toHaveProperty("retentionHeld");
    expect(await place.store.db.query("select retention_seconds as kept from sluice.datasets where name = $1", [`default/${name}`])).toEqual([{ kept: 20 * DAY_SECONDS }]);
  });

  test("does not undo a longer retention in the later passes of a sweep that was frozen before", async () => {
    const sweep = anIdentity();
    const short = await specOf(1, 20);
    await place.prepare(sweep, short);
    await place.prepare(anIdentity(), await specOf(2, 400));
    await place.prepare(sweep, short, { pass: 2 });
    expect(await place.store.db.query("select retention_seconds as kept from sluice.datasets where name = $1", [`default/${name}`])).toEqual([{ kept: 400 * DAY_SECONDS }]);
  });
});

describe("prepare, when a clock is wrong", () => {
  test("its own, years ahead: refuses, and drops nothing", async () => {
    await place.prepare(anIdentity(), await specOf(9));
    const ahead = place.prepare(anIdentity(), await specOf(1), {}, { aheadSeconds: YEARS_SECONDS });
    await expect(ahead).rejects.toThrow(SurroundingsError);
    await expect(ahead).rejects.toThrow(/^The clock of this machine says .* they may differ by 5 minutes at most/);
    expect(await windows()).toEqual([day(9)]);
  });

  test("that of the driver: a window that is not over is refused before anything is asked", async () => {
    const before = place.listed();
    const future = place.prepare(anIdentity(), await specOf(-365));
    await expect(future).rejects.toThrow(SpecError);
    await expect(future).rejects.toThrow(/^The window \S+ has not settled by the clock of the database, which says \S+: is the clock wrong that chose it\?$/);
    expect(place.listed()).toBe(before);
    expect(await windows()).toEqual([]);
  });
});
