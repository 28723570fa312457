import { afterAll, beforeAll, expect, test } from "vitest";
import { SurroundingsError } from "../../../src/model/errors.ts";
import { selfSigned } from "../../../src/simulate/certificate.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { REAL_CLOCK } from "../../support/postgres/store.ts";
import { startTlsPostgres, type TlsPostgres } from "../../support/postgres/tls-postgres.ts";

let server: TlsPostgres;
beforeAll(async () => {
  server = await startTlsPostgres();
});
afterAll(() => server.close());

/** Is the connection encrypted, as the server sees it? */
async function asked(url: string, ca?: string): Promise<boolean> {
  const db = openDatabase({ url, ...(ca === undefined ? {} : { ca }), name: "test", clock: REAL_CLOCK, patienceSeconds: 1 });
  try {
    const [row] = await db.query<{ ssl: boolean }>("select ssl from pg_stat_ssl where pid = pg_backend_pid()");
    return row!.ssl;
  } finally {
    await db.close();
  }
}

test("with its CA, a database is reached by TLS although its URL does not mention it", async () => {
  expect(await asked(server.url("localhost"), server.ca)).toBe(true);
});

test("with another CA, its certificate is not trusted", async () => {
  await expect(asked(server.url("localhost"), selfSigned().certificate)).rejects.toThrow(/^The database at localhost:\d+\/sluice presents a certificate that is not trusted: .+\.$/);
});

test("under another name than its certificate's, it is not trusted", async () => {
  await expect(asked(server.url("127.0.0.2"), server.ca)).rejects.toThrow(/is not trusted: Hostname\/IP does not match certificate's altnames/);
});

test("under another name, it is trusted if only the CA is verified", async () => {
  expect(await asked(server.url("127.0.0.2", "?sslmode=verify-ca"), server.ca)).toBe(true);
});

test("without a CA, a certificate of an unknown CA is not trusted", async () => {
  await expect(asked(server.url("localhost", "?sslmode=verify-full"))).rejects.toThrow(/is not trusted: self-signed certificate/);
});

test("without a CA and TLS parameters there is no TLS, and the server's refusal is shown", async () => {
  await expect(asked(server.url("localhost"))).rejects.toThrow(SurroundingsError);
});
