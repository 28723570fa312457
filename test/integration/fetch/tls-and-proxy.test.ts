import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import tls from "node:tls";
import { promisify } from "node:util";
import zlib from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SurroundingsError } from "../../../src/model/errors.ts";
import { ROOT } from "../../support/root.ts";
import { aClient, get } from "./clients.ts";
import { anHttp2Server, anHttpServer, anHttpsServer, aProxy, AUTHORITY } from "./servers.ts";

const usual = tls.getCACertificates("default");

describe("over TLS", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "sluice-ca-"));
    await writeFile(path.join(folder, "ca.pem"), AUTHORITY.certificate);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("a certificate that nobody vouches for is no connection", async () => {
    const server = await anHttpsServer((_, response) => response.end("secret"));
    const { reply } = await get(aClient(), server.url());
    expect(reply).toMatchObject({ kind: "broken", code: "connect", detail: expect.stringContaining("SELF_SIGNED") as string });
  });

  test("the environment's own CA is trusted, with compression and connections used again", async () => {
    const text = "x".repeat(1_000_000);
    const server = await anHttpsServer((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(zlib.gzipSync(text)));
    const program = `
      import { openClient } from ${JSON.stringify(path.join(ROOT, "src/fetch/client.ts"))};
      const timeouts = { connectSeconds: 5, headersSeconds: 5, idleSeconds: 5, targetSeconds: 5 };
      const client = openClient({ request: { timeouts, compression: ["gzip"] }, headers: {}, secrets: [], environment: process.env, concurrency: 1 });
      const work = Buffer.alloc(65536);
      for (let i = 0; i < 5; i++) {
        const reply = await client.get(new URL(process.argv[1]), { sinkFor: () => ({ work, begin: () => 0, take() {} }), signal: new AbortController().signal, onWire() {} });
        console.log(reply.kind, reply.textBytes, reply.detail ?? "");
      }
      await client[Symbol.asyncDispose]();`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program, server.url().href], {
      env: { PATH: process.env["PATH"], NODE_EXTRA_CA_CERTS: path.join(folder, "ca.pem") },
    });
    expect(stdout).toBe("whole 1000000 \n".repeat(5));
    expect(server.connections()).toBeLessThanOrEqual(3);
  });

  test("HTTP/1.1 is spoken with a server that would rather speak HTTP/2", async () => {
    tls.setDefaultCACertificates([...usual, AUTHORITY.certificate]);
    const server = await anHttp2Server((request, response) => response.end(request.httpVersion));
    const { text } = await get(aClient(), server.url());
    tls.setDefaultCACertificates(usual);
    expect(text).toBe("1.1");
  });

  test("a redirect does not leave it", async () => {
    tls.setDefaultCACertificates([...usual, AUTHORITY.certificate]);
    const server = await anHttpsServer((_, response) => response.writeHead(302, { location: `http://127.0.0.1:${server.port}/` }).end());
    const { reply } = await get(aClient(), server.url());
    tls.setDefaultCACertificates(usual);
    expect(reply).toMatchObject({ kind: "broken", code: "redirect" });
  });
});

describe("through a proxy", () => {
  beforeEach(() => tls.setDefaultCACertificates([...usual, AUTHORITY.certificate]));
  afterEach(() => tls.setDefaultCACertificates(usual));

  test("HTTPS goes by a tunnel, with the proxy's password and not the request's headers", async () => {
    const proxy = await aProxy();
    const server = await anHttpsServer((request, response) => response.end(`${request.headers["x-key"] as string} ${String(request.headers["proxy-authorization"])}`));
    const client = aClient({ headers: { "x-key": "secret" }, environment: { HTTPS_PROXY: `http://me:pass@127.0.0.1:${proxy.port}` } });
    expect((await get(client, server.url())).text).toBe("secret undefined");
    expect(proxy.seen).toEqual([{ what: `CONNECT 127.0.0.1:${server.port}`, authorization: `Basic ${Buffer.from("me:pass").toString("base64")}` }]);
  });

  test("sixteen at once are answered, and a tunnel is used again", async () => {
    const proxy = await aProxy();
    const server = await anHttpsServer((_, response) => response.end("ok"));
    const client = aClient({ concurrency: 16, environment: { https_proxy: `http://127.0.0.1:${proxy.port}` } });
    for (let round = 0; round < 4; round++) {
      const replies = await Promise.all(Array.from({ length: 16 }, () => get(client, server.url())));
      expect(replies.every(({ text }) => text === "ok")).toBe(true);
    }
    expect(server.connections()).toBeLessThanOrEqual(48);
  });

  test("HTTP goes by its absolute URL, with our timeouts", async () => {
    const proxy = await aProxy();
    let isSilent = false;
    const server = await anHttpServer((_, response) => {
      if (!isSilent) response.end("plain");
    });
    const client = aClient({ environment: { http_proxy: `http://127.0.0.1:${proxy.port}` }, timeouts: { headersSeconds: 0.2 } });
    expect((await get(client, server.url("/x"))).text).toBe("plain");
    expect(proxy.seen[0]?.what).toBe(`GET ${server.url("/x").href}`);
    isSilent = true;
    expect((await get(client, server.url("/x"))).reply).toMatchObject({ kind: "broken", code: "timeout" });
  });

  const without: Record<string, Record<string, string>> = {
    "NO_PROXY names the host": { NO_PROXY: "127.0.0.1" },
    "no_proxy names all": { no_proxy: "*" },
    "the lower case is empty": { https_proxy: "" },
  };
  test.each(Object.entries(without))("is not gone where %s", async (_, more) => {
    const proxy = await aProxy();
    const server = await anHttpsServer((_, response) => response.end("direct"));
    const client = aClient({ environment: { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, ...more } });
    expect((await get(client, server.url())).text).toBe("direct");
    expect(proxy.seen).toEqual([]);
  });

  test("this process's own environment is not looked at", async () => {
    const before = process.env["HTTPS_PROXY"];
    process.env["HTTPS_PROXY"] = "http://127.0.0.1:1";
    try {
      const server = await anHttpsServer((_, response) => response.end("direct"));
      expect((await get(aClient(), server.url())).text).toBe("direct");
    } finally {
      if (before === undefined) delete process.env["HTTPS_PROXY"];
      else process.env["HTTPS_PROXY"] = before;
    }
  });

  test("that refuses the tunnel there is no connection", async () => {
    const proxy = await aProxy({ refuse: 403 });
    const { reply } = await get(aClient({ environment: { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` } }), new URL("https://127.0.0.1:1/"));
    expect(reply).toMatchObject({ kind: "broken", code: "connect", detail: expect.stringContaining("403") as string });
  });

  test.each(["me:pass@proxy", "http://me:pass@[", "http://me:pass@proxy:99999", "http://me:pass%@proxy"])("whose address is none is named, without its password: %s", (HTTPS_PROXY) => {
    const open = (): unknown => aClient({ environment: { HTTPS_PROXY } });
    expect(open).toThrow(SurroundingsError);
    expect(open).toThrow(/^(?!.*pass@).*HTTPS_PROXY is not a proxy URL such as/);
  });
});
