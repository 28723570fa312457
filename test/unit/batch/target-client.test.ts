import { describe, expect, test } from "vitest";
import { withSecrets } from "../../../src/batch/target-client.ts";
import { SpecError, SurroundingsError } from "../../../src/model/errors.ts";

describe("headers", () => {
  test("stand in the file, or in the environment", () => {
    const headers = { accept: { value: "application/json" }, authorization: { env: "SLUICE_SECRET_1" } };
    expect(withSecrets(headers, { SLUICE_SECRET_1: "Bearer x" })).toEqual({ headers: { accept: "application/json", authorization: "Bearer x" }, secrets: ["Bearer x"] });
  });

  test("that are not in the environment are refused, by name and without a value", () => {
    expect(() => withSecrets({ authorization: { env: "SLUICE_SECRET_1" } }, {})).toThrow(
      new SpecError("request.headers.authorization: its value is to stand in the environment as SLUICE_SECRET_1, and is not there"),
    );
  });

  test("that cannot be sent are the Secret's fault and not the spec's, and are not shown", () => {
    expect(() => withSecrets({ authorization: { env: "SLUICE_SECRET_1" } }, { SLUICE_SECRET_1: "Bearer x\n" })).toThrow(
      new SurroundingsError("The value in SLUICE_SECRET_1, for the header authorization, has characters that a header cannot have, such as a line break at its end."),
    );
  });
});
