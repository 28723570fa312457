import type { EpochSeconds } from "../model/window.ts";
import type { WireFormat } from "./scenario.ts";
import type { Attributes, Update } from "./source.ts";

/** The form of times in an answer: integers, or ISO 8601 without a zone. */
export type TimeForm = "unix" | "iso";

export function timeOnWire(form: TimeForm, at: EpochSeconds): number | string {
  return form === "unix" ? at : isoSeconds(at);
}

export function isoSeconds(at: EpochSeconds): string {
  return new Date(at * 1000).toISOString().slice(0, 19);
}

/** A whole JSON document in the provider's layout. */
export function documentText(format: WireFormat, value: unknown): string {
  return format === "2026" ? JSON.stringify(value) : JSON.stringify(value, null, 4);
}

/** The text of an answer around its updates: before the first, and from after the last. */
export interface Skeleton {
  readonly head: string;
  readonly tail: string;
  /** The tail without any update: an empty list is on one line even in the indented format. */
  readonly tailOfNone: string;
}

/** `answer` is a whole envelope with `"updates": []` in its data: its text shows where the list goes. */
export function skeleton(format: WireFormat, answer: unknown): Skeleton {
  const text = documentText(format, answer);
  const opening = format === "2026" ? '"updates":[' : '"updates": [';
  // Quotes are escaped within JSON strings, so this matches only the real list.
  const cut = text.indexOf(opening) + opening.length;
  const tailOfNone = text.slice(cut);
  return { head: text.slice(0, cut), tail: format === "2026" ? tailOfNone : `\n        ${tailOfNone}`, tailOfNone };
}

/** What writes single updates, each with the white space before it; a comma goes between two. */
export function updateWriter(format: WireFormat, form: TimeForm): (update: Update) => string {
  const texts = new WeakMap<Attributes, string>();
  function attributes(attrs: Attributes): string {
    let text = texts.get(attrs);
    if (text === undefined) {
      text = format === "2026" ? JSON.stringify(attrs) : JSON.stringify(attrs, null, 4).replaceAll("\n", `\n${" ".repeat(16)}`);
      texts.set(attrs, text);
    }
    return text;
  }
  const time = form === "unix" ? (at: EpochSeconds) => String(at) : quotedIso();
  if (format === "2026") {
    return ({ seq, at, type, attrs }) => `{"seq":${seq},"timestamp":${time(at)},"type":"${type}","attrs":${attributes(attrs)}}`;
  }
  const line = `\n${" ".repeat(12)}`;
  return ({ seq, at, type, attrs }) =>
    `${line}{${line}    "seq": ${seq},${line}    "timestamp": ${time(at)},${line}    "type": "${type}",${line}    "attrs": ${attributes(attrs)}${line}}`;
}

/** Many updates share a second, so the last text is kept. */
function quotedIso(): (at: EpochSeconds) => string {
  let last = -1;
  let text = "";
  return (at) => {
    if (at !== last) {
      last = at;
      text = `"${isoSeconds(at)}"`;
    }
    return text;
  };
}
