import { expect, test } from "vitest";
import { linkSignals } from "../../../src/model/linked-signal.ts";

test("is aborted with the reason of the first source that is, and keeps it", () => {
  const [one, other] = [new AbortController(), new AbortController()];
  using linked = linkSignals(one.signal, other.signal);
  expect(linked.signal.aborted).toBe(false);
  other.abort(new Error("first"));
  one.abort(new Error("second"));
  expect(linked.signal.reason).toEqual(new Error("first"));
});

test("is aborted from the start if a source was", () => {
  using linked = linkSignals(new AbortController().signal, AbortSignal.abort("gone"));
  expect(linked.signal.aborted).toBe(true);
  expect(linked.signal.reason).toBe("gone");
});

test("follows no source after it was disposed of", () => {
  const source = new AbortController();
  const linked = linkSignals(source.signal);
  linked[Symbol.dispose]();
  source.abort();
  expect(linked.signal.aborted).toBe(false);
});
