import { expect, test } from "vitest";
import { memoryLimit, moment, rate, seconds, size, span } from "../../../../src/report/html/amounts.ts";

const AT = Date.UTC(2026, 10, 23, 5, 0, 12) / 1000;

test.each<[string, string]>([
  [seconds(0.2573), "0.26 s"],
  [seconds(4.31), "4.3 s"],
  [seconds(200), "3 min 20 s"],
  [size(312), "312 B"],
  [size(1234), "1.2 kB"],
  [size(950_000), "950 kB"],
  [rate(0.4172), "0.42"],
  [rate(2400), "2,400"],
  [memoryLimit(128 * 2 ** 20), "128 MiB"],
  [memoryLimit(2 ** 30), "1 GiB"],
  [moment(AT), "2026-11-23 05:00 UTC"],
  [span(AT, AT + 3 * 3600), "2026-11-23 05:00 to 08:00 UTC"],
  [span(AT, AT + 39), "2026-11-23 05:00:12 to 05:00:51 UTC"],
  [span(AT, AT + 86_400), "2026-11-23 05:00 to 2026-11-24 05:00 UTC"],
])("%s stands for %s", (written, wanted) => {
  expect(written).toBe(wanted);
});
