import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { SpecError } from "../model/errors.ts";
import type { Window } from "../model/window.ts";
import type { Expected } from "./expected.ts";
import { parseFaults } from "./parse-fault.ts";
import { readTime } from "./question.ts";
import type { Fault, Scenario } from "./scenario.ts";
import type { Stats } from "./stats.ts";
import type { TimeForm } from "./wire-format.ts";

/** Controls a running simulator, in its process or over HTTP. */
export interface Controls {
  readonly scenario: Scenario;
  /** Who sends it may replace the faults. Null: nobody may over HTTP. */
  readonly token: string | null;
  stats(): Stats;
  /** Replaces the faults. Their seconds and requests count from now on. */
  set(faults: readonly Fault[]): void;
  expected(target: string, window: Window, form?: TimeForm): Expected;
}

/**
 * GET /simulator/stats · GET /simulator/scenario · GET /simulator/expected?resource=&starttime=&endtime=[&unix_timestamps=FALSE]
 * · POST /simulator/faults with a JSON list of faults and the token: any web page could send the list alone. Resolves to false for any other path.
 */
export async function control(controls: Controls, url: URL, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const asked = `${request.method ?? ""} ${url.pathname}`;
  if (!url.pathname.startsWith("/simulator/")) return false;
  try {
    if (asked === "GET /simulator/stats") answer(response, 200, controls.stats());
    else if (asked === "GET /simulator/scenario") answer(response, 200, controls.scenario);
    else if (asked === "GET /simulator/expected") answer(response, 200, expected(controls, url.searchParams));
    else if (asked === "POST /simulator/faults" && !mayChange(controls, request)) {
      answer(response, 401, { problem: "Faults are taken with the header authorization: Bearer TOKEN. The simulator prints its token when it starts." });
    } else if (asked === "POST /simulator/faults") {
      const faults = parseFaults(await readJson(request), "faults");
      controls.set(faults);
      answer(response, 200, { faults });
    } else answer(response, 404, { problem: `There is no ${asked}.` });
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    answer(response, 400, { problem: error.message });
  }
  return true;
}

function mayChange({ token }: Controls, request: IncomingMessage): boolean {
  const sent = Buffer.from(request.headers.authorization ?? "");
  const right = Buffer.from(`Bearer ${token ?? ""}`);
  return token !== null && sent.length === right.length && timingSafeEqual(sent, right);
}

function expected(controls: Controls, query: URLSearchParams): Expected {
  const start = readTime(query.get("starttime"), Number.NaN);
  const end = readTime(query.get("endtime"), Number.NaN);
  if (start === null || end === null || Number.isNaN(start + end)) throw new SpecError("starttime and endtime are required, as unix seconds or ISO 8601.");
  return controls.expected(query.get("resource") ?? "", { start, end }, query.get("unix_timestamps")?.toLowerCase() === "false" ? "iso" : "unix");
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks = (await request.toArray()) as Buffer[];
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
  } catch (cause) {
    throw new SpecError("The body is not JSON.", { cause });
  }
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}
