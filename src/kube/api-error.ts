import { shortened } from "../model/message.ts";

/** The API server refused a request. `reason` is its own word ("Conflict", "AlreadyExists", "NotFound", "Forbidden"), or "". */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly reason: string;
  /** Its Retry-After, in seconds, or null. */
  readonly retryAfter: number | null;

  constructor(status: number, reason: string, message: string, retryAfter: number | null = null) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }
}

/** No readable answer came. A write may or may not have happened: read before you decide. */
export class ApiUnreachable extends Error {
  override readonly name = "ApiUnreachable";
}

/** The object was changed since it was read, or another one has its name now. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && error.reason !== "AlreadyExists";
}

/** An object of this name exists: check whether it is yours. */
export function isAlreadyExists(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && error.reason === "AlreadyExists";
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

export function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.status === 403;
}

/** The resourceVersion is too old: the server no longer knows the history from there. */
export function isExpired(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 410 || error.reason === "Expired" || error.reason === "Gone");
}

/** The body of a refusal: kind Status. */
export interface StatusBody {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
}

/** In bytes of JSON. A webhook may say anything, and each of its refusals goes into the log. */
const MAX_MESSAGE_BYTES = 8000;

/** @param body a Status from the API server, or anything from a proxy before it */
export function apiErrorFrom(status: number, retryAfter: string | string[] | undefined, body: string): ApiError {
  const parsed = statusOf(body);
  const seconds = typeof retryAfter === "string" && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : null;
  return new ApiError(status, parsed?.reason ?? "", shortened(parsed?.message ?? `HTTP ${status} ${body.slice(0, 200)}`.trim(), MAX_MESSAGE_BYTES), seconds);
}

function statusOf(body: string): StatusBody | null {
  try {
    const value = JSON.parse(body) as StatusBody | null;
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
