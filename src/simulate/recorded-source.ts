import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { SpecError } from "../model/errors.ts";
import type { Window } from "../model/window.ts";
import { attribute, attributionNotes, type AttributionCounts, readDetails, readElement, type Element } from "./attribution.ts";
import type { RecordedSpec } from "./scenario.ts";
import { hash } from "./seeded.ts";
import type { Source, Update } from "./source.ts";

export interface RecordedSource extends Source {
  readonly counts: AttributionCounts;
}

/** Real updates, moved: what the file holds happens again at the start of every cell of `everySeconds`. */
export async function recordedSource(spec: RecordedSpec): Promise<RecordedSource> {
  const list = (await readLines(spec.asns)).map((line, index) => {
    if (!/^\d{1,10}$/.test(line)) throw new SpecError(`${spec.asns}, line ${index + 1}: must be an AS number, not ${line.slice(0, 40)}.`);
    return Number(line);
  });
  const elements = (await readLines(spec.updates)).map((line, index) => readElement(line, `${spec.updates}, line ${index + 1}`));
  elements.sort((one, other) => one.at - other.at);
  const start = elements[0]?.at ?? 0;
  const span = (elements.at(-1)?.at ?? start) - start + 1;
  if (span > spec.everySeconds) throw new SpecError(`${spec.updates} spans ${span} seconds, more than the ${spec.everySeconds} seconds after which it repeats.`);

  const attribution = attribute(elements, list);

  function* ofTarget(target: string): Generator<Element> {
    if (target.startsWith("AS")) for (const index of attribution.ofOrigin.get(Number(target.slice(2))) ?? []) yield elements[index]!;
    else yield* elements.filter((element) => element.kind !== "session" && element.prefix === target);
  }
  function* updates(target: string, window: Window): Generator<Update> {
    const own = [...ofTarget(target)];
    for (let cell = Math.floor(window.start / spec.everySeconds) * spec.everySeconds; cell < window.end; cell += spec.everySeconds) {
      for (const [index, element] of own.entries()) {
        const at = cell + element.at - start;
        if (element.kind !== "session" && at >= window.start && at < window.end) yield update(element, at, hash(target, index));
      }
    }
  }
  return { asNumbers: attribution.targets, notes: attributionNotes(attribution), counts: attribution.counts, updates };
}

function update(element: Exclude<Element, { kind: "session" }>, at: number, draw: number): Update {
  const { peer, path, communities } = readDetails(element.line);
  const told = { source_id: `00-${peer}`, target_prefix: element.prefix };
  return {
    seq: (82 + (draw % 9_000)) * 100_000_000_000 + draw,
    at,
    type: element.kind === "announcement" ? "A" : "W",
    attrs: element.kind === "announcement" ? { ...told, path, community: communities } : told,
  };
}

async function readLines(path: string): Promise<string[]> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new SpecError(`${path} cannot be read: ${(cause as Error).message}.`, { cause });
  });
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? await promisify(gunzip)(bytes) : bytes;
  return plain
    .toString("latin1")
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
}
