import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, describe } from "vitest";
import { MessageFile, watchEventLoop } from "../../../src/batch/message-file.ts";
import { parseProgramMessage } from "../../../src/decide/sweep/program-message.ts";
import type { PrepareMessage } from "../../../src/model/message.ts";
import { until } from "../../support/time/until.ts";
import { prepareMessage } from "../decide/builders.ts";

describe("message file", () => {
  let folder: string;
  let file: string;
  let messages: MessageFile;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "sluice-message-"));
    file = path.join(folder, "message");
    messages = new MessageFile(file);
  });

  afterEach(async () => {
    messages.close();
    await rm(folder, { recursive: true });
  });

  function saying(note: string): PrepareMessage {
    return prepareMessage({ notes: [note] });
  }

  test("is rewritten in place: a shorter message after a longer one is read as it is", async () => {
    messages.write(saying("a".repeat(500)));
    messages.write(saying("b"));
    expect(parseProgramMessage(await readFile(file, "utf8"))).toEqual(saying("b"));
    messages.write(saying("c".repeat(200)));
    expect(parseProgramMessage(await readFile(file, "utf8"))).toEqual(saying("c".repeat(200)));
  });

  test("does not grow by being written again, also where a letter takes more than a byte", async () => {
    const message = saying("é…ö".repeat(50));
    messages.write(message);
    const { length } = await readFile(file);
    for (let time = 0; time < 100; time += 1) messages.write(message);
    expect((await readFile(file)).length).toBe(length);
    expect(parseProgramMessage(await readFile(file, "utf8"))).toEqual(message);
  });

  test("refuses what is longer than is kept, and the one before stands", async () => {
    messages.write(saying("short"));
    expect(() => messages.write(saying("a".repeat(4096)))).toThrow("Kubernetes keeps at most 4096");
    expect(parseProgramMessage(await readFile(file, "utf8"))).toEqual(saying("short"));
  });

  test("begins empty: an earlier program's message is not taken for this one's", async () => {
    messages.write(saying("of the one before"));
    const next = new MessageFile(file);
    expect(await readFile(file, "utf8")).toBe("");
    next.close();
  });
});

describe("event loop delay", () => {
  test("nothing is late before anything was seen", () => {
    expect(watchEventLoop()()).toBe(0);
  });

  test("a loop that something holds up is late by about as much", async () => {
    const delay = watchEventLoop();
    await sleep(20);
    const from = performance.now();
    while (performance.now() - from < 300);
    await until("it was seen", () => delay() > 0.2);
    expect(delay()).toBeLessThan(10);
  });
});
