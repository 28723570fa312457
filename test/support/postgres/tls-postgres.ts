import { randomInt } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { Client } from "pg";
import { selfSigned } from "../../../src/simulate/certificate.ts";
import { startPrivatePostgres } from "./test-database.ts";

export interface TlsPostgres {
  /** A URL to it by this host name, with these parameters ("?sslmode=require" or ""). */
  url(host: "localhost" | "127.0.0.2", parameters?: string): string;
  /** Where it answers beside a cluster; absent where no address was given. */
  readonly port?: number;
  /** What signed its certificate, which is for localhost and the names given: in PEM. */
  readonly ca: string;
  close(): Promise<void>;
}

/** A server that lets nobody in by TCP but over TLS. @param beside where it is reached beside localhost, and by which name */
export async function startTlsPostgres(beside?: { readonly name: string; readonly address: string }): Promise<TlsPostgres> {
  const { certificate, key } = selfSigned(beside === undefined ? [] : [beside.name]);
  // An address of its own, since the port is what its socket is called by.
  const address = `127.77.${randomInt(256)}.${randomInt(1, 255)}`;
  const server = await startPrivatePostgres({ listen_addresses: address, fsync: "off" });
  const port = Number(new URL(server.url.replace("@/", "@localhost/")).searchParams.get("port"));
  await speakTls(server.url, { "server.crt": certificate, "server.key": key, "pg_hba.conf": "local all all trust\nhostssl all all 127.0.0.0/8 trust\n" });
  const relays = await Promise.all(["127.0.0.1", "127.0.0.2", ...(beside === undefined ? [] : [beside.address])].map((from) => relay(from, address, port)));
  const portOf = (relayed: Server): number => (relayed.address() as AddressInfo).port;
  return {
    url: (host, parameters = "") => `postgresql://sluice@${host}:${portOf(relays[host === "localhost" ? 0 : 1]!)}/sluice${parameters}`,
    ...(beside === undefined ? {} : { port: portOf(relays[2]!) }),
    ca: certificate,
    async close() {
      relays.forEach((relayed) => relayed.close());
      await server.stop();
    },
  };
}

/** Its files are written by the server itself: only then are they its own, and closed to others. */
async function speakTls(url: string, files: Readonly<Record<string, string>>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ data_directory: string }>("show data_directory");
    for (const [name, text] of Object.entries(files)) {
      const program = client.escapeLiteral(`umask 077; cat > '${rows[0]!.data_directory}/${name}'`);
      await client.query(`copy (select unnest(string_to_array(${client.escapeLiteral(text)}, chr(10)))) to program ${program}`);
    }
    await client.query("alter system set ssl = on");
    await client.query("select pg_reload_conf()");
    while ((await client.query<{ ssl: string }>("show ssl")).rows[0]!.ssl !== "on");
  } finally {
    await client.end();
  }
}

async function relay(from: string, to: string, port: number): Promise<Server> {
  const server = createServer((client) => {
    const upstream = connect(port, to);
    client.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
    upstream.on("error", () => client.destroy()).on("close", () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, from);
  await once(server, "listening");
  return server;
}
