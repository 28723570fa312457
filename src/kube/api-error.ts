/** The API server answered and refused. `reason` is its own word ("Conflict", "AlreadyExists", "NotFound", "Forbidden"), or "" where it gave none. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly reason: string;
  /** Seconds after which it wants to be asked again; null where it does not say. */
  readonly retryAfter: number | null;

  constructor(status: number, reason: string, message: string, retryAfter: number | null = null) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }
}

/** No answer came, or none that can be read. Of a write nobody knows whether it happened: read again before you decide. */
export class ApiUnreachable extends Error {
  override readonly name = "ApiUnreachable";
}

/** Somebody else changed the object since it was read, or another one has the name now. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && error.reason !== "AlreadyExists";
}

/** An object of this name is there: look whether it is yours. */
export function isAlreadyExists(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && error.reason === "AlreadyExists";
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

export function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.status === 403;
}

/** The place in history from which was read on is forgotten. */
export function isExpired(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 410 || error.reason === "Expired" || error.reason === "Gone");
}

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
