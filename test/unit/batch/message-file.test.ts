import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MessageFile } from "../../../src/batch/message-file.ts";
import { parseProgramMessage } from "../../../src/decide/program-message.ts";
import type { PrepareMessage } from "../../../src/model/message.ts";
import { prepareMessage } from "../decide/builders.ts";

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
  expect(() => messages.write(saying("a".repeat(4096)))).toThrow("at most 4096 are kept");
  expect(parseProgramMessage(await readFile(file, "utf8"))).toEqual(saying("short"));
});

test("begins empty: an earlier program's message is not taken for this one's", async () => {
  messages.write(saying("of the one before"));
  const next = new MessageFile(file);
  expect(await readFile(file, "utf8")).toBe("");
  next.close();
});
