import { describe, expect, test } from "vitest";
import { dataFolder } from "../../../src/cli/store.ts";
import { SurroundingsError } from "../../../src/model/errors.ts";

describe("dataFolder", () => {
  test.each([
    ["lies under XDG_DATA_HOME", { XDG_DATA_HOME: "/data", HOME: "/home/a" }, "/data/sluice"],
    ["lies in the home folder otherwise", { HOME: "/home/a" }, "/home/a/.local/share/sluice"],
    ["ignores a relative XDG_DATA_HOME", { XDG_DATA_HOME: "data", HOME: "/home/a" }, "/home/a/.local/share/sluice"],
    ["ignores an empty XDG_DATA_HOME", { XDG_DATA_HOME: "", HOME: "/home/a" }, "/home/a/.local/share/sluice"],
  ])("%s", (_, env, folder) => {
    expect(dataFolder(env)).toBe(folder);
  });

  test("is refused if neither variable names a folder", () => {
    expect(() => dataFolder({})).toThrow(new SurroundingsError("No data folder: neither XDG_DATA_HOME nor HOME is an absolute path. Use --data."));
  });
});
