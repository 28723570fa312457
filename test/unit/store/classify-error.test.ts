import { describe, expect, test } from "vitest";
import { FencedError, SpecError, SurroundingsError } from "../../../src/model/errors.ts";
import { failureOf, unavailableSentence } from "../../../src/store/classify-error.ts";

function coded(code: string, message = "what happened"): Error {
  return Object.assign(new Error(message), { code });
}

describe("an error of the database", () => {
  const sentences: Record<string, { error: Error; says: string }> = {
    "a wrong password": { error: coded("28P01", 'password authentication failed for user "me"'), says: 'refuses the login: password authentication failed for user "me".' },
    "a user whom pg_hba.conf does not let in": { error: coded("28000", "no pg_hba.conf entry"), says: "refuses the login: no pg_hba.conf entry." },
    "a pooler that does not know the user": { error: coded("08P01", "no such user: me"), says: "refuses the login: no such user: me." },
    "no such database": { error: coded("3D000"), says: "does not exist." },
    "a full disk": { error: coded("53100", "could not extend file: No space left on device"), says: "has no disk space left: could not extend file: No space left on device." },
    "no permission": { error: coded("42501", "permission denied for schema sluice"), says: "denies access: permission denied for schema sluice." },
    "a broken disk": { error: coded("58030", "could not read block 7"), says: "cannot read or write its files: could not read block 7." },
    "a standby": { error: coded("25006"), says: "is read-only: a standby, or default_transaction_read_only." },
    "a certificate of an unknown CA": { error: coded("SELF_SIGNED_CERT_IN_CHAIN", "self-signed certificate in certificate chain"), says: "presents a certificate that is not trusted: self-signed certificate in certificate chain." },
    "a server without TLS": { error: new Error("The server does not support SSL connections"), says: "does not support TLS, which the connection requires." },
    "a database without our tables": { error: coded("42P01", 'relation "sluice.x" does not exist'), says: 'is not set up for this version of sluice: relation "sluice.x" does not exist.' },
  };

  test.each(Object.entries(sentences))("is a sentence for a person: %s", (_, { error, says }) => {
    expect(failureOf(error, "db:5432/sweeps")).toEqual({ kind: "surroundings", error: new SurroundingsError(`The database at db:5432/sweeps ${says}`, { cause: error }) });
  });

  const lost: Record<string, Error> = {
    "a killed connection": coded("57P01"),
    "a server that starts": coded("57P03"),
    "too many connections": coded("53300"),
    "a pooler that lost its server": coded("08P01", "server conn crashed?"),
    "a refused connection": coded("ECONNREFUSED"),
    "a reset": coded("ECONNRESET"),
    "a name that cannot be resolved at present": coded("EAI_AGAIN"),
    "a socket that does not exist yet": coded("ENOENT"),
    "an unexpected end": new Error("Connection terminated unexpectedly"),
    "a silent peer": new Error("Query read timeout"),
    "a connection that timed out": new Error("timeout exceeded when trying to connect"),
  };

  test.each(Object.entries(lost))("is a lost connection: %s", (_, error) => {
    expect(failureOf(error, "db").kind).toBe("lost");
  });

  test.each(["40001", "40P01", "55P03", "57014"])("means that the work is repeated: %s", (code) => {
    expect(failureOf(coded(code), "db").kind).toBe("again");
  });

  test("is described by its code if the driver has no message", () => {
    expect(failureOf(coded("ECONNREFUSED", ""), "db")).toEqual({ kind: "lost", problem: "ECONNREFUSED" });
  });

  const unresolved = {
    "there is no such name": { code: "ENOTFOUND", says: "The database at nosuch:5432/bgp cannot be found: the host name nosuch does not resolve (ENOTFOUND). Check the database's URL." },
    "no name server answers": { code: "EAI_AGAIN", says: "The database at nosuch:5432/bgp cannot be found: for 3 s no name server has answered for its host nosuch (EAI_AGAIN). This is usually temporary." },
    "it is away": { code: "ECONNREFUSED", says: "The database at nosuch:5432/bgp has been unavailable for 3 s: what happened." },
  };

  test.each(Object.entries(unresolved))("says in words of its own that %s", (_, { code, says }) => {
    const failure = failureOf(Object.assign(coded(code), { hostname: "nosuch" }), "nosuch:5432/bgp");
    if (failure.kind !== "lost") throw new Error("it is lost");
    expect(unavailableSentence(failure, "nosuch:5432/bgp", 3.2)).toBe(says);
  });

  test.each([new SpecError("s"), new SurroundingsError("s"), new FencedError("s"), new TypeError("x"), coded("22P02"), "no error"])("leaves other errors alone: %s", (error) => {
    expect(failureOf(error, "db")).toEqual({ kind: "ours" });
  });
});
