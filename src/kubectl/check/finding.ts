import type { Paint } from "../../cli/paint.ts";
import { visible } from "../../model/visible.ts";

/** The result of one check. `unknown`: it could not be checked, for example for lack of permissions. */
export interface Finding {
  readonly check: string;
  readonly state: "ok" | "not ok" | "unknown";
  readonly said: string;
  /** What to do about it. */
  readonly cure?: string;
}

export function ok(check: string, said: string): Finding {
  return { check, state: "ok", said };
}

export function notOk(check: string, said: string, cure?: string): Finding {
  return { check, state: "not ok", said, ...(cure === undefined ? {} : { cure }) };
}

export function unknown(check: string, said: string): Finding {
  return { check, state: "unknown", said };
}

const WIDTHS = { state: 7, check: 11 };

export function renderFinding({ check, state, said, cure }: Finding, paint: Paint): string {
  const colour = { ok: paint.good, "not ok": paint.bad, unknown: paint.middling }[state];
  const cured = cure === undefined ? "" : `${" ".repeat(WIDTHS.state + WIDTHS.check + 4)}${paint.dim("→")} ${visible(cure)}\n`;
  return `${colour(state.padEnd(WIDTHS.state))}  ${check.padEnd(WIDTHS.check)}  ${visible(said)}\n${cured}`;
}
