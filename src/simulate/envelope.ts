import type { EpochSeconds } from "../model/window.ts";
import type { WireFormat } from "./scenario.ts";
import { hash } from "./seeded.ts";

/** What every answer says about itself. */
export interface EnvelopeFacts {
  readonly call: "bgp-updates" | "ris-asns";
  readonly messages?: readonly (readonly [kind: string, text: string])[];
  readonly seeAlso?: readonly string[];
  readonly callStatus?: string;
  readonly cached?: boolean;
  readonly status?: "ok" | "error";
  readonly statusCode?: number;
  readonly data: unknown;
  /** What the answer's own name is drawn from: the same question has the same one at the same time. */
  readonly identity: string;
  readonly nowMilliseconds: number;
  readonly processMilliseconds: number;
}

const VERSIONS = { "bgp-updates": "1.1", "ris-asns": "1.0" } as const;

/** In the key order of the format's recorded answers. */
export function envelope(format: WireFormat, facts: EnvelopeFacts): Record<string, unknown> {
  const draw = hash(facts.identity);
  const opening = {
    messages: facts.messages ?? [],
    see_also: facts.seeAlso ?? [],
    version: VERSIONS[facts.call],
    data_call_name: facts.call,
    data_call_status: facts.callStatus ?? "supported",
    cached: facts.cached ?? false,
  };
  const server = {
    query_id: queryId(facts.identity, facts.nowMilliseconds),
    process_time: facts.processMilliseconds,
    server_id: `app${170 + (draw % 30)}`,
  };
  const closing = { status: facts.status ?? "ok", status_code: facts.statusCode ?? 200, time: `${isoMilliseconds(facts.nowMilliseconds)}${String(draw % 1000).padStart(3, "0")}` };
  return format === "2026"
    ? { ...opening, ...server, build_version: "v0.9.5-2026.04.02", pipeline: "1214120", ...closing, data: facts.data }
    : { ...opening, data: facts.data, ...server, build_version: "main-2025.05.26", ...closing };
}

interface UpdatesData {
  readonly resource: string;
  readonly start: EpochSeconds | string;
  readonly end: EpochSeconds | string;
  readonly declared: number | "absent";
}

/** The data of a bgp-updates answer; its updates are written between the head and the tail of its text (wire-format.ts). */
export function updatesData({ resource, start, end, declared }: UpdatesData): Record<string, unknown> {
  const data = { resource, query_starttime: start, query_endtime: end, updates: [] };
  return declared === "absent" ? data : { ...data, nr_updates: declared };
}

export const MAINTENANCE = {
  callStatus: "maintenance - this data call is in maintenance mode",
  cached: true,
  messages: [
    [
      "info",
      "This data is currently unavailable due to maintenance. Please check official announcements for when it will be available again! https://stat.ripe.net/feedback",
    ],
  ],
  data: {},
} as const;

function queryId(identity: string, now: number): string {
  const digits = isoMilliseconds(now).slice(0, 19).replaceAll(/[-T:]/g, "");
  const hex = [1, 2, 3, 4].map((part) => hash(identity, part).toString(16).padStart(8, "0")).join("");
  return `${digits}-${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function isoMilliseconds(now: number): string {
  return new Date(now).toISOString().slice(0, -1);
}
