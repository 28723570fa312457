import type { Reply } from "./reply.ts";

/** Everything that can go wrong with one request, as the table of retry.ts knows it. */
export type Trouble =
  | "throttled"
  | "server"
  | "wrong-question"
  | "refused"
  | "timeout"
  | "connect"
  | "reset-before-body"
  | "reset-in-body"
  | "encoding"
  | "redirect"
  | "maintenance"
  | "error-body"
  | "continuation"
  | "unprovable"
  | "out-of-time";

/** Null: a whole answer. */
export function troubleOf(reply: Reply): Trouble | null {
  switch (reply.kind) {
    case "whole":
      return null;
    case "declined":
      return troubleOfStatus(reply.status, reply.text);
    case "broken":
      return reply.code === "reset" ? (reply.status === null ? "reset-before-body" : "reset-in-body") : reply.code;
  }
}

/** 400 as a page of HTML is a gateway's word and not the provider's: nothing is settled by it. */
function troubleOfStatus(status: number, text: string): Trouble {
  if (status === 429) return "throttled";
  if (status >= 500) return "server";
  if (status === 408) return "timeout";
  if (status >= 300 && status < 400) return "redirect";
  if (status === 400 && !text.trimStart().startsWith("<")) return "wrong-question";
  return "refused";
}
