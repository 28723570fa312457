import { ApiError } from "./api-error.ts";

/** What the API server says when it refuses: kind Status. */
export interface Refusal {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
}

/** @param body mostly a Status; what stands between may say something else */
export function refusal(status: number, retryAfter: string | string[] | undefined, body: string): ApiError {
  const said = statusOf(body);
  const seconds = typeof retryAfter === "string" && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : null;
  return new ApiError(status, said?.reason ?? "", said?.message ?? `HTTP ${status} ${body.slice(0, 200)}`.trim(), seconds);
}

function statusOf(body: string): Refusal | null {
  try {
    const value = JSON.parse(body) as Refusal | null;
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
