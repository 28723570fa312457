import { ApiError, ApiUnreachable } from "../../kube/api-error.ts";
import { SpecError, SurroundingsError } from "../../model/errors.ts";

/** What brings the kinds that a cluster does not know. */
export const INSTALL = "helm install sluice charts/sluice --namespace sluice --create-namespace";

/** What went wrong with the cluster, as the sentence of somebody who can do something about it; what is none of the API's business stays as it is. */
export function explained(error: unknown, server: string): unknown {
  if (error instanceof ApiUnreachable) return new SurroundingsError(`The API server ${server} cannot be reached: ${lastPart(error.message)}.`);
  if (!(error instanceof ApiError)) return error;
  const { status, message } = error;
  if (status === 401) return new SurroundingsError(`The API server ${server} does not know who asks: the credentials of this context are wrong or too old.`);
  // Its message says who, and which verb on which resource.
  if (status === 403) return new SurroundingsError(`The cluster does not allow this: ${message}`);
  if (isUnknownKind(error)) return new SurroundingsError(`This cluster knows no CronSweeps and Sweeps: ${INSTALL}`);
  if (status === 400 || status === 404 || status === 422) return new SpecError(message);
  return new SurroundingsError(`The API server ${server} refuses: ${message}`);
}

/** A path that the server does not serve, and not an object that is not there. */
export function isUnknownKind(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404 && !/" not found$/.test(error.message);
}

/** "GET /api/v1/…: connect ECONNREFUSED 127.0.0.1:6443": the path says nothing to a person. */
function lastPart(message: string): string {
  return message.replace(/^[A-Z]+ \S+: /, "");
}
