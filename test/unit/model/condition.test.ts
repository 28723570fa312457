import { expect, test } from "vitest";
import { datedCondition } from "../../../src/model/condition.ts";

const state = { type: "Blocked", status: "True", reason: "Quota", message: "no room" } as const;

test("the time of a condition changes with its status, not with its message", () => {
  const first = datedCondition(state, [], 1, "2026-11-20T00:00:00Z");
  const second = datedCondition({ ...state, message: "still no room" }, [first], 2, "2026-11-21T00:00:00Z");
  expect(second).toEqual({ ...state, message: "still no room", lastTransitionTime: "2026-11-20T00:00:00Z", observedGeneration: 2 });
  expect(datedCondition({ ...state, status: "False" }, [second], 2, "2026-11-22T00:00:00Z").lastTransitionTime).toBe("2026-11-22T00:00:00Z");
});

test("a message shows what is invisible in the text that it quotes, and keeps its lines", () => {
  const { message } = datedCondition({ ...state, message: "the provider says \u001b[2J\u202eevil\nsecond line" }, [], 1, "2026-11-20T00:00:00Z");
  expect(message).toBe("the provider says \\u001b[2J\\u202eevil\nsecond line");
});
