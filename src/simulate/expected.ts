import type { Observation } from "../model/result.ts";
import type { Window } from "../model/window.ts";
import { bigLayout } from "./big-answer.ts";
import type { BigBlock } from "./big-block.ts";
import { readResource } from "./question.ts";
import type { Scenario } from "./scenario.ts";
import type { Source } from "./source.ts";
import type { TimeForm } from "./wire-format.ts";

/** What a sound client must come to for a target and a window, when no fault is played. */
export interface Expected {
  /** The question is answered with 400. */
  readonly refused: boolean;
  /** Inside [start, end), by time and then by type. */
  readonly observations: readonly Observation[];
  /** Their sum. */
  readonly updates: number;
  /** In the second `end`, where the scenario's endtime is inclusive. */
  readonly outside: number;
  /** What the answer declares: updates + outside. */
  readonly declared: number;
}

/** Counted from the source, without a word of what is served. */
export function expectedOf(scenario: Scenario, source: Source, blockOf: (form: TimeForm) => BigBlock, name: string, window: Window, form: TimeForm): Expected {
  const resource = readResource(name);
  if ("refusal" in resource) return { refused: true, observations: [], updates: 0, outside: 0, declared: 0 };
  const counts = new Map<number, { A: number; W: number }>();
  function add(at: number, type: "A" | "W", updates: number): void {
    const second = counts.get(at) ?? { A: 0, W: 0 };
    second[type] += updates;
    counts.set(at, second);
  }
  const bytes = scenario.big[resource.target];
  if (bytes === undefined) {
    const end = scenario.endtime === "inclusive" ? window.end + 1 : window.end;
    for (const { at, type } of source.updates(resource.target, { start: window.start, end })) add(at, type, 1);
  } else {
    const block = blockOf(form);
    const layout = bigLayout(bytes, block, scenario.format, form, window);
    for (let index = 0; index < layout.blocks; index++) {
      add(layout.secondOf(index), "A", block.announcements);
      add(layout.secondOf(index), "W", block.withdrawals);
    }
    add(window.end - 1, "A", layout.last);
  }

  const observations = [...counts]
    .sort(([one], [other]) => one - other)
    .flatMap(([at, { A, W }]) => [
      { at, type: "A", updates: A },
      { at, type: "W", updates: W },
    ])
    .filter(({ updates }) => updates > 0);
  const sum = (part: readonly Observation[]): number => part.reduce((total, { updates }) => total + updates, 0);
  const inside = observations.filter(({ at }) => at < window.end);
  return { refused: false, observations: inside, updates: sum(inside), outside: sum(observations) - sum(inside), declared: sum(observations) };
}
