import { describe, expect, test } from "vitest";
import { hostOf, withQuery } from "../../../src/providers/resolve.ts";

describe("a query parameter", () => {
  test.for<[string, string, Record<string, string>, string]>([
    ["is added if there is none", "http://h/{target}", { a: "1" }, "http://h/{target}?a=1"],
    ["is added after the URL's own", "http://h/?r={target}", { a: "1" }, "http://h/?r={target}&a=1"],
    ["replaces one of its name", "http://h/?a=0&r={target}&a=2", { a: "1" }, "http://h/?r={target}&a=1"],
    ["leaves the URL's own duplicates alone", "http://h/?r={target}&r=x", { a: "1" }, "http://h/?r={target}&r=x&a=1"],
    ["is percent-encoded", "http://h/", { "a b": "c&d=e" }, "http://h/?a%20b=c%26d%3De"],
    ["keeps the placeholders that are filled later", "http://h/", { day: "{start}/{end}" }, "http://h/?day={start}%2F{end}"],
    ["that is not given changes nothing", "http://h/?r={target}", {}, "http://h/?r={target}"],
  ])("%s", ([, template, query, expected]) => expect(withQuery(template, query)).toBe(expected));
});

test("the name of a host always has its port", () => {
  expect(["https://stat.ripe.net/x?a={target}", "http://stat.ripe.net/", "http://127.0.0.1:8480/{target}", "https://[::1]:8443/"].map(hostOf)).toEqual([
    "stat.ripe.net:443",
    "stat.ripe.net:80",
    "127.0.0.1:8480",
    "[::1]:8443",
  ]);
});
