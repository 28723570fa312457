import { formatWindow } from "../decide/grid.ts";
import { boundedPatterns, describePatterns, patternInJson } from "../documents/bounded-patterns.ts";
import { grouped } from "../model/figures.ts";
import { isoOf } from "../model/moment.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import { isSettled } from "../model/states.ts";
import { renderLabels, type Label } from "./labels.ts";
import type { Paint } from "./paint.ts";
import { renderTable } from "./table.ts";
import type { Attempt, AttemptRequest } from "./try-target.ts";

export function renderAttempt(attempt: Attempt, spec: ResolvedSpec, output: "text" | "json", paint: Paint): string {
  return output === "json" ? `${JSON.stringify(inJson(attempt, spec), null, 2)}\n` : inText(attempt, spec, paint);
}

function inText(attempt: Attempt, spec: ResolvedSpec, paint: Paint): string {
  const { result, requests, matches, types, rows } = attempt;
  const colour = isSettled(result.state) ? paint.good : paint.bad;
  const sections = [
    `${paint.strong(result.target)} in ${formatWindow(spec.window)} of ${spec.dataset} would be ${colour(result.state)}${result.error === null ? "" : ` (${result.error})`}\n`,
    renderLabels(
      [
        ...requests.flatMap(requestLabels),
        ...describePatterns(boundedPatterns(spec)),
        ...proofLabels(attempt),
        ...(result.detail === null ? [] : [["because", result.detail] as const]),
        ...(result.state === "empty" ? [["note", "in a sweep, an empty answer only counts while the canaries are healthy"] as const] : []),
      ],
      paint,
    ),
  ];
  if (matches.length > 0) {
    const cells = matches.map(({ found, time, at, type }) => [found, at === null ? `${time}: unreadable` : isoOf(at), type ?? ""]);
    sections.push(renderTable([{ title: "first matches" }, { title: "time" }, { title: "type" }], cells, paint));
  }
  if (types.length > 0) {
    const cells = types.map(({ type, updates }) => [type === "" ? "(none)" : type, grouped(updates)]);
    sections.push(`${renderTable([{ title: "type" }, { title: "updates", align: "right" }], cells, paint)}A sweep would store ${grouped(rows)} rows.\n`);
  }
  return sections.join("\n");
}

function requestLabels({ url, status, encoding, wireBytes, textBytes, seconds }: AttemptRequest): Label[] {
  const text = encoding === null || encoding === "identity" ? "" : ` (${encoding}), ${grouped(textBytes)} of text`;
  const answer = `${status === null ? "no answer" : `HTTP ${status}`}, ${grouped(wireBytes)} bytes${text}, ${seconds.toFixed(2)} s`;
  return [
    ["asked", url],
    ["answer", answer],
  ];
}

function proofLabels({ result, parts }: Attempt): Label[] {
  if (parts.length === 0) return [];
  const { updates, outside, declared } = result;
  const targets = [...new Set(parts.flatMap((part) => part.targets))];
  return [
    ["found", `${grouped(updates)} in the window, ${grouped(outside)} outside it`],
    ["declared", declared === null ? "nothing, so the answer cannot be proven complete" : grouped(declared)],
    ...(targets.length === 0 ? [] : [["about", targets.join(", ")] as const]),
    ...parts.map(({ start, end, continuation }, index): Label => {
      const range = `${start === null ? "(not stated)" : isoOf(start)} to ${end === null ? "(not stated)" : isoOf(end)}`;
      return [parts.length === 1 ? "covers" : `part ${index + 1}`, continuation === null ? range : [range, `continues at ${continuation}`]];
    }),
    ...(result.queryId === null ? [] : [["query id", result.queryId] as const]),
  ];
}

function inJson({ result, requests, parts, matches, types, rows }: Attempt, spec: ResolvedSpec): object {
  return {
    dataset: spec.dataset,
    window: { start: isoOf(spec.window.start), end: isoOf(spec.window.end) },
    ...result,
    settled: isSettled(result.state),
    rows,
    types,
    requests,
    parts: parts.map(({ start, end, continuation, declared, targets, matches: found }) => ({
      about: targets,
      start: start === null ? null : isoOf(start),
      end: end === null ? null : isoOf(end),
      declared,
      matches: found,
      continuation,
    })),
    patterns: boundedPatterns(spec).map(patternInJson),
    matches: matches.map(({ at, ...match }) => ({ ...match, at: at === null ? null : isoOf(at) })),
  };
}
