import { describe, expect, test } from "vitest";
import { SpecError } from "../../../src/model/errors.ts";
import { connectionTo, placeOf } from "../../../src/store/connection-tls.ts";

describe("connection tls", () => {
  const URL = "postgresql://app:p%3Fw@bgp-db-rw.bgp:5432/app";
  const CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

  test("without a CA the URL alone decides", () => {
    for (const mode of ["disable", "no-verify", "verify-full", "allow"]) expect(connectionTo(`${URL}?sslmode=${mode}`, undefined)).toEqual({ connectionString: `${URL}?sslmode=${mode}` });
  });

  test.each(["prefer", "require", "verify-ca"])("sslmode=%s without a CA means the same as for the driver, without its warning", (mode) => {
    expect(connectionTo(`${URL}?sslmode=${mode}&application_name=x`, undefined)).toEqual({ connectionString: `${URL}?sslmode=verify-full&application_name=x` });
    expect(connectionTo(`${URL}?uselibpqcompat=true&sslmode=${mode}`, undefined)).toEqual({ connectionString: `${URL}?uselibpqcompat=true&sslmode=${mode}` });
  });

  test("with a CA, a URL without TLS parameters, as CloudNativePG's, uses TLS and verifies the name", () => {
    expect(connectionTo(URL, CA)).toEqual({ connectionString: URL, ssl: { ca: CA } });
  });

  describe("with a CA", () => {
    test("the URL's TLS parameters are removed, since the driver would prefer them to the CA", () => {
      expect(connectionTo(`${URL}?sslmode=verify-full&application_name=x&sslrootcert=%2Fca`, CA)).toEqual({ connectionString: `${URL}?application_name=x`, ssl: { ca: CA } });
    });

    test.each(["require", "prefer", "verify-ca"])("sslmode=%s does not verify the name", (mode) => {
      expect(connectionTo(`${URL}?sslmode=${mode}`, CA)).toEqual({ connectionString: URL, ssl: { ca: CA, checkServerIdentity: expect.any(Function) as unknown } });
    });

    test.each([undefined, CA])("an unknown sslmode is refused, and not shown", (ca) => {
      expect(() => connectionTo(`${URL}?sslmode=requrie`, ca)).toThrow(new SpecError("The database URL has an unknown sslmode; use one of disable, allow, prefer, require, verify-ca, verify-full, no-verify."));
    });

    test.each(["disable", "no-verify"])("sslmode=%s is a contradiction", (mode) => {
      expect(() => connectionTo(`${URL}?sslmode=${mode}`, CA)).toThrow(new SpecError(`The database URL says sslmode=${mode}, but a CA is set to verify the server with: remove one of the two.`));
    });

    test("a CA that is not a certificate is refused, and not shown", () => {
      expect(() => connectionTo(URL, "secret")).toThrow(new SpecError("The CA of the database is not a certificate: expected PEM, starting with -----BEGIN CERTIFICATE-----."));
    });
  });
});

describe("connection url", () => {
  test.each([
    ["postgres://me:secret@db.example:6543/sweeps", "db.example:6543/sweeps"],
    ["postgresql://me:secret@db.example/sweeps?sslmode=disable", "db.example:5432/sweeps"],
    ["postgres://me:secret@[::1]:5433/sweeps", "[::1]:5433/sweeps"],
    ["postgres://me@/sweeps?host=/run/postgresql", "/run/postgresql/sweeps"],
    ["postgres://me:se%2Fcret@db.example/sweeps", "db.example:5432/sweeps"],
  ])("of %s shows the place and not the password", (url, place) => {
    expect(placeOf(url)).toBe(place);
  });

  test("names a missing CA file of the URL", () => {
    expect(() => placeOf("postgres://me:secret@db.example/sweeps?sslmode=verify-full&sslrootcert=/no/ca.pem")).toThrow(new SpecError("A file that the database URL names for TLS cannot be read: ENOENT: no such file or directory, open '/no/ca.pem'."));
  });
});
