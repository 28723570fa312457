import { describe, expect, test } from "vitest";
import { withSecrets } from "../../../src/batch/target-client.ts";
import { SpecError, SurroundingsError } from "../../../src/model/errors.ts";

describe("headers", () => {
  test("have their values in the file or in the environment", () => {
    const headers = { accept: { value: "application/json" }, authorization: { env: "SLUICE_SECRET_1" } };
    expect(withSecrets(headers, { SLUICE_SECRET_1: "Bearer x" })).toEqual({ headers: { accept: "application/json", authorization: "Bearer x" }, secrets: ["Bearer x"] });
  });

  test("whose value the environment lacks are refused by name", () => {
    expect(() => withSecrets({ authorization: { env: "SLUICE_SECRET_1" } }, {})).toThrow(
      new SpecError("its value is missing from the environment: SLUICE_SECRET_1 is not set", { path: ["request", "headers", "authorization"] }),
    );
  });

  test("with a value that no header can have are an environment problem, and the value is not shown", () => {
    expect(() => withSecrets({ authorization: { env: "SLUICE_SECRET_1" } }, { SLUICE_SECRET_1: "Bearer x\n" })).toThrow(
      new SurroundingsError("The value of SLUICE_SECRET_1, for the header authorization, has characters that a header cannot have, such as a line break at its end."),
    );
  });
});
