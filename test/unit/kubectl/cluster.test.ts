import { describe, expect, test } from "vitest";
import { ApiError, ApiUnreachable } from "../../../src/kube/api-error.ts";
import { explained } from "../../../src/kubectl/cluster.ts";
import { SpecError, SurroundingsError } from "../../../src/model/errors.ts";

const SERVER = "https://10.96.0.1";

describe("what the API server refuses becomes the sentence of somebody who can do something about it", () => {
  const cases: Record<string, { error: Error; kind: typeof SpecError | typeof SurroundingsError; says: string }> = {
    "no credentials": { error: new ApiError(401, "Unauthorized", "Unauthorized"), kind: SurroundingsError, says: "does not know who asks" },
    "a right that is missing": { error: new ApiError(403, "Forbidden", 'sweeps is forbidden: User "me" cannot create'), kind: SurroundingsError, says: 'The cluster does not allow this: sweeps is forbidden: User "me" cannot create' },
    "kinds that are not there, as a server without the group says it": { error: new ApiError(404, "", "HTTP 404 404 page not found"), kind: SurroundingsError, says: "helm install" },
    "kinds that are not there, as a server with the group says it": { error: new ApiError(404, "NotFound", "the server could not find the requested resource"), kind: SurroundingsError, says: "helm install" },
    "a namespace that is not there": { error: new ApiError(404, "NotFound", 'namespaces "bpg" not found'), kind: SpecError, says: 'namespaces "bpg" not found' },
    "a spec that the schema refuses": { error: new ApiError(422, "Invalid", 'Sweep "x" is invalid: spec.window'), kind: SpecError, says: 'Sweep "x" is invalid: spec.window' },
    "a server that is ill": { error: new ApiError(500, "InternalError", "etcdserver: no leader"), kind: SurroundingsError, says: `The API server ${SERVER} refuses: etcdserver: no leader` },
    "no answer, without the path that was asked": { error: new ApiUnreachable("GET /apis/x: connect ECONNREFUSED 10.96.0.1:443"), kind: SurroundingsError, says: `${SERVER} cannot be reached: connect ECONNREFUSED 10.96.0.1:443.` },
  };

  test.each(Object.entries(cases))("%s", (_, { error, kind, says }) => {
    const told = explained(error, SERVER) as Error;
    expect(told).toBeInstanceOf(kind);
    expect(told.message).toContain(says);
  });

  test("and what is none of its business stays what it is", () => {
    const bug = new TypeError("x");
    expect(explained(bug, SERVER)).toBe(bug);
  });
});
