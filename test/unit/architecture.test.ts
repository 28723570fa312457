import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { describe, expect, test } from "vitest";
import { borders, FOLDERS } from "../architecture.ts";

const eslint = new ESLint({
  overrideConfigFile: true,
  overrideConfig: [
    { files: ["**/*.ts"], languageOptions: { parser: tseslint.parser }, plugins: { "@typescript-eslint": tseslint.plugin } },
    ...borders(),
  ] as never,
});

async function complaintsAbout(code: string, folder: string): Promise<string[]> {
  const results = await eslint.lintText(code, { filePath: `src/${folder}/written-by-the-test.ts` });
  return results.flatMap((result) => result.messages.map((message) => message.message));
}

/** A folder within this one is reached from here, all others from above. */
function pathTo(other: string, folder: string): string {
  return other.startsWith(`${folder}/`) ? `.${other.slice(folder.length)}` : `../${other}`;
}

describe("the borders between folders hold", () => {
  for (const folder of FOLDERS) {
    for (const other of FOLDERS) {
      if (other.name === folder.name || folder.imports.includes(other.name)) continue;
      test(`${folder.name} may not import ${other.name}`, async () => {
        expect(await complaintsAbout(`import { a } from "${pathTo(other.name, folder.name)}/a.ts"; a();`, folder.name)).toContainEqual(
          expect.stringContaining(`${folder.name} may not import ${other.name} `),
        );
      });
    }
    for (const other of folder.imports) {
      test(`${folder.name} may import ${other}`, async () => {
        expect(await complaintsAbout(`import { a } from "../${other}/a.ts"; a();`, folder.name)).toEqual([]);
      });
    }
    for (const other of folder.types ?? []) {
      test(`${folder.name} may import types of ${other}`, async () => {
        expect(await complaintsAbout(`import type { A } from "${pathTo(other, folder.name)}/a.ts"; export type B = A;`, folder.name)).toEqual([]);
      });
    }
  }
});

describe("packages stay out of what may not load them", () => {
  const cases = [
    ["batch", "zod"],
    ["prepare", "zod"],
    ["store", "zod"],
    ["extract", "undici"],
    ["decide", "pg"],
    ["batch", "yaml"],
  ] as const;
  test.each(cases)("%s may not import %s", async (folder, name) => {
    expect(await complaintsAbout(`import a from "${name}"; a();`, folder)).toContainEqual(expect.stringContaining(`package ${name}`));
  });
});

describe("time, randomness and environment are arguments", () => {
  const readers = ["process.env.HOME", "Date.now()", "performance.now()", "Math.random()", "new Date()"];
  for (const folder of FOLDERS) {
    test.each(readers)(`${folder.name} ${folder.readsSurroundings === true ? "may read" : "may not read"} %s`, async (code) => {
      expect((await complaintsAbout(`export const a = ${code};`, folder.name)).length > 0).toBe(folder.readsSurroundings !== true);
    });
  }
});

test("nothing in src imports a test", async () => {
  expect(await complaintsAbout('import { a } from "../../test/support/a.ts"; a();', "bin")).toContainEqual(expect.stringContaining("imports test"));
});
