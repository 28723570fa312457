import { expect, test } from "vitest";
import { SpecError } from "../../../src/model/errors.ts";
import { placeOf } from "../../../src/store/connection-url.ts";

test.each([
  ["postgres://me:secret@db.example:6543/sweeps", "db.example:6543/sweeps"],
  ["postgresql://me:secret@db.example/sweeps?sslmode=disable", "db.example:5432/sweeps"],
  ["postgres://me:secret@[::1]:5433/sweeps", "[::1]:5433/sweeps"],
  ["postgres://me@/sweeps?host=/run/postgresql", "/run/postgresql/sweeps"],
  ["postgres://me:se%2Fcret@db.example/sweeps", "db.example:5432/sweeps"],
])("of %s shows where it is and not the password", (url, place) => {
  expect(placeOf(url)).toBe(place);
});

test("a CA of the URL that is not there is named", () => {
  expect(() => placeOf("postgres://me:secret@db.example/sweeps?sslmode=verify-full&sslrootcert=/no/ca.pem")).toThrow(new SpecError("A file that the database URL names for TLS cannot be read: ENOENT: no such file or directory, open '/no/ca.pem'."));
});
