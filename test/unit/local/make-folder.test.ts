import { describe, expect, test } from "vitest";
import { folderFailure } from "../../../src/local/make-folder.ts";

describe("folderFailure", () => {
  test.each([
    ["ENOSPC", "The disk that holds /data is full."],
    ["EROFS", "/data is on a read-only file system."],
    ["EACCES", "This user cannot write to /data."],
    ["EPERM", "This user cannot write to /data."],
    ["ENOTDIR", "/data does not exist and cannot be made: what the system says."],
    ["ENOENT", "/data does not exist and cannot be made: what the system says."],
    ["EEXIST", "/data cannot be used: what the system says"],
  ])("explains %s", (code, sentence) => {
    expect(folderFailure("/data", Object.assign(new Error("what the system says"), { code })).message).toBe(sentence);
  });
});
