import { expect, test } from "vitest";
import type { Reply } from "../../../src/fetch/reply.ts";
import { troubleOf, type Trouble } from "../../../src/fetch/trouble.ts";

const traffic = { wireBytes: 0, textBytes: 0 };
const declined = (status: number, text = ""): Reply => ({ kind: "declined", status, text, reason: "", retryAfter: null, location: null, ...traffic });

const cases: Record<string, [reply: Reply, trouble: Trouble | null]> = {
  "a whole answer is none": [{ kind: "whole", status: 200, framed: true, ...traffic }, null],
  "429 is the limit": [declined(429), "throttled"],
  "500 is the server": [declined(500), "server"],
  "503 is the server": [declined(503), "server"],
  "400 is the question": [declined(400, '{"status":"error"}'), "wrong-question"],
  "400 as a page is a gateway, and settles nothing": [declined(400, "\n<html>"), "refused"],
  "401 is a no": [declined(401), "refused"],
  "404 is a no": [declined(404), "refused"],
  "204 is no answer": [declined(204), "refused"],
  "304 leads nowhere": [declined(304), "redirect"],
  "a cut before the headers": [{ kind: "broken", code: "reset", status: null, detail: "", ...traffic }, "reset-before-body"],
  "a cut after them": [{ kind: "broken", code: "reset", status: 200, detail: "", ...traffic }, "reset-in-body"],
  "no connection": [{ kind: "broken", code: "connect", status: null, detail: "", ...traffic }, "connect"],
};
test.each(Object.entries(cases))("%s", (_, [reply, trouble]) => {
  expect(troubleOf(reply)).toBe(trouble);
});
