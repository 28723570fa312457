import { describe, expect, test } from "vitest";
import { SweepWatch } from "../../../../src/cli/view/watch.ts";
import { anOutput } from "../../../support/cli.ts";
import { FakeClock, settled } from "../../../support/fake-clock.ts";
import { aRunning } from "../../decide/builders.ts";

const HEADING = { dataset: "default/demo", window: "2026-11-22", passes: 5 };
const driver = { status: aRunning(), running: () => Promise.resolve([]) };

function follow(isTerminal: boolean): { out: ReturnType<typeof anOutput>; clock: FakeClock; watch: SweepWatch; end: () => Promise<void> } {
  const out = anOutput({ isTerminal });
  const clock = new FakeClock();
  const watch = new SweepWatch(out, clock);
  const stop = new AbortController();
  const following = watch.follow(driver, HEADING, stop.signal);
  return {
    out,
    clock,
    watch,
    end: async () => {
      stop.abort();
      await following;
    },
  };
}

/** What a terminal shows after what was written: it knows how to go up, and to erase to the end of a line or of the screen. */
function shownBy(written: string): string[] {
  const lines: string[] = [];
  let row = 0;
  for (const [part] of written.matchAll(/\u001b\[\d*[A-Z]|\n|[^\u001b\n]+/g)) {
    const up = /^\u001b\[(\d+)A$/.exec(part);
    if (part === "\n") row += 1;
    else if (up !== null) row -= Number(up[1]);
    else if (part === "\u001b[J") lines.splice(row);
    else if (part !== "\u001b[K") lines[row] = part;
  }
  return lines;
}

describe("where there is no terminal", () => {
  test("a line is written after two seconds, and then each ten", async () => {
    const { out, clock, end } = follow(false);
    const lines = (): number => out.text().split("\n").length - 1;
    await clock.advance(1.9);
    expect(lines()).toBe(0);
    await clock.advance(0.2);
    expect(lines()).toBe(1);
    await clock.advance(9);
    expect(lines()).toBe(1);
    await clock.advance(1);
    expect(lines()).toBe(2);
    await clock.advance(60);
    expect(lines()).toBe(8);
    await end();
    expect(lines()).toBe(8);
    expect(out.text()).not.toContain("\u001b");
  });

  test("a sentence is a line", async () => {
    const { out, watch, end } = follow(false);
    watch.say("Batch 3 crashed.");
    await end();
    expect(out.text()).toBe("Batch 3 crashed.\n");
  });
});

describe("on a terminal", () => {
  test("the view is drawn over itself, and is gone at the end", async () => {
    const { out, clock, end } = follow(true);
    await clock.advance(3);
    const shown = shownBy(out.text());
    expect(shown).toHaveLength(5);
    expect(shown[0]).toBe("default/demo   2026-11-22   pass 1 of at most 5");
    await end();
    expect(shownBy(out.text())).toEqual([]);
  });

  test("a sentence stands above the view and stays", async () => {
    const { out, clock, watch, end } = follow(true);
    await clock.advance(1);
    watch.say("Pass 1: 3,000 targets unsettled, in 24 batches.");
    await clock.advance(1);
    expect(shownBy(out.text()).slice(0, 2)).toEqual(["Pass 1: 3,000 targets unsettled, in 24 batches.", "default/demo   2026-11-22   pass 1 of at most 5"]);
    await end();
    await settled();
    expect(shownBy(out.text())).toEqual(["Pass 1: 3,000 targets unsettled, in 24 batches."]);
  });
});
