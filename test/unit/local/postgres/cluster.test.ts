import { describe, expect, test } from "vitest";
import { postgresFailure } from "../../../../src/local/postgres/cluster.ts";

describe("postgresFailure", () => {
  test.each([
    [
      "names the full disk",
      'PANIC:  could not write to file "pg_wal/xlogtemp.1": No space left on device\nLOG: aborting',
      "The disk that holds /data is full: the local Postgres could not start.",
    ],
    ["names the read-only disk", "FATAL:  could not open file: Read-only file system", "/data is on a read-only file system: the local Postgres could not start."],
    [
      "gives the fatal line and not the hints after it",
      "2026-11-23 17:52:25 UTC [1] LOG:  starting\n2026-11-23 17:52:25 UTC [1] FATAL:  could not map memory\nHINT:  This means much.\n",
      "The local Postgres in /data could not start: could not map memory",
    ],
    [
      "gives initdb's error and not its tidying up",
      'creating directory\ninitdb: error: could not look up effective user ID 77: user does not exist\ninitdb: removing data directory "/data"\n',
      "The local Postgres in /data could not start: could not look up effective user ID 77: user does not exist",
    ],
    ["gives the last line of a program that words it in another way", "postgres: cannot execute binary file\n\n", "The local Postgres in /data could not start: postgres: cannot execute binary file"],
    ["says that there was no output", "", "The local Postgres in /data could not start: it printed no error"],
  ])("%s", (_, output, sentence) => {
    expect(postgresFailure("start", "/data", output).message).toBe(sentence);
  });
});
