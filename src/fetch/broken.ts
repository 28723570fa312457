import type { BrokenReply } from "./reply.ts";

export interface Stage {
  /** The request was written to a connection. */
  readonly sent: boolean;
  readonly status: number | null;
  readonly wireBytes: number;
}

/** Says in our words why a request has no whole answer. `error` is undici's, or Node's beneath it. */
export function whyBroken(error: Error, stage: Stage, host: string): Pick<BrokenReply, "code" | "detail"> {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  switch (code) {
    case "UND_ERR_CONNECT_TIMEOUT":
      return { code: "timeout", detail: `no connection to ${host} within the time for it` };
    case "UND_ERR_HEADERS_TIMEOUT":
      return { code: "timeout", detail: "no headers within the time for them" };
    case "UND_ERR_BODY_TIMEOUT":
      return { code: "timeout", detail: `the body stood still after ${stage.wireBytes} bytes` };
  }
  const reason = [error.message, code].filter((part) => part !== "").join(", ");
  if (!stage.sent) return { code: "connect", detail: `no connection to ${host} (${reason})` };
  if (stage.status === null) return { code: "reset", detail: `the connection ended before the headers (${reason})` };
  return { code: "reset", detail: `the body ended early, after ${stage.wireBytes} bytes (${reason})` };
}
