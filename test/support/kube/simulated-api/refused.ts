/** What the server says in kind Status, thrown by whatever refuses. */
export class Refused extends Error {
  readonly status: number;
  readonly reason: string;
  readonly retryAfter: number | undefined;

  constructor(status: number, reason: string, message: string, retryAfter?: number) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  toJSON(): object {
    return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message: this.message, reason: this.reason, code: this.status };
  }
}
