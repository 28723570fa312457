import { expect, test } from "vitest";
import { readResource } from "../../../src/simulate/resource.ts";

test.each([
  ["AS3333", { target: "AS3333" }],
  ["as3333", { target: "AS3333" }],
  ["3333", { target: "AS3333" }],
  ["AS64511", { target: "AS64511" }],
  ["AS65535", { target: "AS65535" }],
  ["140.78.0.0/16", { target: "140.78.0.0/16" }],
  ["2001:db8::/32", { target: "2001:db8::/32" }],
  ["193.0.0.1", { target: "193.0.0.1" }],
])("%s is a resource", (text, resource) => {
  expect(readResource(text)).toEqual(resource);
});

test.each(["AS64512", "AS65534", "AS4200000000", "AS4294967294", "AS4294967296", "ASX", "", "AS1,AS2", "140.78.0.0/33", "140.78.0/16", "1.1.1.1/2/3"])("%j is refused", (text) => {
  expect(readResource(text)).toHaveProperty("refusal", expect.stringContaining("is of unsupported type"));
});
