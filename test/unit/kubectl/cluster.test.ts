import { describe, expect, test } from "vitest";
import { ApiError, ApiUnreachable } from "../../../src/kube/api-error.ts";
import { explainApiError } from "../../../src/kubectl/cluster.ts";
import { SpecError, SurroundingsError } from "../../../src/model/errors.ts";

const SERVER = "https://10.96.0.1";

describe("an error of the API server becomes a sentence that a person can act on", () => {
  const cases: Record<string, { error: Error; kind: typeof SpecError | typeof SurroundingsError; says: string }> = {
    "no credentials": { error: new ApiError(401, "Unauthorized", "Unauthorized"), kind: SurroundingsError, says: "rejects the credentials of this context" },
    "a missing permission": { error: new ApiError(403, "Forbidden", 'sweeps is forbidden: User "me" cannot create'), kind: SurroundingsError, says: 'The cluster does not allow this: sweeps is forbidden: User "me" cannot create' },
    "missing kinds, as a server without the group reports them": { error: new ApiError(404, "", "HTTP 404 404 page not found"), kind: SurroundingsError, says: "helm install" },
    "missing kinds, as a server with the group reports them": { error: new ApiError(404, "NotFound", "the server could not find the requested resource"), kind: SurroundingsError, says: "helm install" },
    "a missing namespace": { error: new ApiError(404, "NotFound", 'namespaces "bpg" not found'), kind: SpecError, says: 'namespaces "bpg" not found' },
    "a spec that the schema refuses": { error: new ApiError(422, "Invalid", 'Sweep "x" is invalid: spec.window'), kind: SpecError, says: 'Sweep "x" is invalid: spec.window' },
    "a server that fails": { error: new ApiError(500, "InternalError", "etcdserver: no leader"), kind: SurroundingsError, says: `The API server ${SERVER} refuses this: etcdserver: no leader` },
    "no answer, without the path of the request": { error: new ApiUnreachable("GET /apis/x: connect ECONNREFUSED 10.96.0.1:443"), kind: SurroundingsError, says: `${SERVER} cannot be reached: connect ECONNREFUSED 10.96.0.1:443.` },
  };

  test.each(Object.entries(cases))("%s", (_, { error, kind, says }) => {
    const explained = explainApiError(error, SERVER) as Error;
    expect(explained).toBeInstanceOf(kind);
    expect(explained.message).toContain(says);
  });

  test("any other error stays as it is", () => {
    const bug = new TypeError("x");
    expect(explainApiError(bug, SERVER)).toBe(bug);
  });
});
