import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SurroundingsError } from "../../../src/model/errors.ts";
import { readTargets } from "../../../src/prepare/target-list.ts";
import { aFolder } from "../../support/processes/sluice.ts";

const ORIGIN = "key asns.txt of the ConfigMap lists";

let folder: Awaited<ReturnType<typeof aFolder>>;
beforeAll(async () => {
  folder = await aFolder();
});
afterAll(() => folder.remove());

async function read(text: string | null): Promise<string[]> {
  const file = path.join(folder.path, text === null ? "absent" : "list");
  if (text !== null) await writeFile(file, text);
  return readTargets({ kind: "file", path: file, origin: ORIGIN });
}

test("reads a target a line, whether or not the last line ends", async () => {
  expect(await read("AS1\nAS2\n")).toEqual(["AS1", "AS2"]);
  expect(await read("AS1\nAS2")).toEqual(["AS1", "AS2"]);
});

test("leaves blanks in the middle to whoever counts them", async () => {
  expect(await read("AS1\n\nAS2\r\n\n")).toEqual(["AS1", "", "AS2"]);
});

test("says which ConfigMap and key is not there", async () => {
  await expect(read(null)).rejects.toThrow(new SurroundingsError("The list of targets is not there: key asns.txt of the ConfigMap lists."));
});

test("says which ConfigMap and key is empty", async () => {
  await expect(read(" \n\n")).rejects.toThrow(new SurroundingsError("The list of targets is empty: key asns.txt of the ConfigMap lists."));
});
