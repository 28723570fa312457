import { describe, expect, test } from "vitest";
import { Progress, Measurements } from "../../../src/batch/account.ts";
import { parseProgramMessage } from "../../../src/decide/sweep/program-message.ts";
import type { SentRequest } from "../../../src/fetch/ask.ts";
import { RULES, type Trouble } from "../../../src/fetch/retry.ts";
import { NOTHING_MEASURED, type Distribution, type Measured } from "../../../src/model/measured.ts";
import { shortened, MESSAGE_LIMIT_BYTES, type BatchMessage } from "../../../src/model/message.ts";
import type { ErrorCode } from "../../../src/model/result.ts";

describe("account", () => {
  const HUGE = Number.MAX_SAFE_INTEGER;

  const NOW = {
    requests: 12,
    retries: 1,
    inFlight: 3,
    slots: { wanted: 16, held: 8, limit: 8 },
    memory: { limit: 1000, anonPeak: 900, kernelPeak: null },
    seconds: 1.5,
    paused: null,
    waiting: null,
    measured: NOTHING_MEASURED,
    eventLoopDelaySeconds: 0,
  };

  /** More than any batch of 128 targets can come to. */
  const LARGE = 999_999;
  const LONG_SECONDS = 9_999_999.999;

  const CODES: Readonly<Record<ErrorCode, true>> = {
    memory: true, timeout: true, connect: true, reset: true, protocol: true, encoding: true, throttled: true, server: true, maintenance: true, refused: true, redirect: true, "error-body": true,
    "declared-wrong": true, "declared-absent": true, "declared-ambiguous": true, "seam-split": true, "other-target": true, "range-unclear": true, "outside-range": true,
    "empty-unproven": true, "ends-early": true, "quiet-host": true, continuation: true, "holds-less": true, types: true, "unreadable-time": true,
  };

  function all(words: readonly string[]): Record<string, number> {
    return Object.fromEntries(words.map((word) => [word, LARGE]));
  }

  function full({ counts }: Distribution): Distribution {
    return { counts: counts.map(() => LARGE), sum: LONG_SECONDS };
  }

  /** Every word that there is, each with a large number. */
  const ALL_MEASURED: Measured = {
    requests: all([...Object.keys(RULES), "answered", "aborted"]),
    retries: all(Object.keys(RULES).filter((trouble) => ["again", "pause"].includes(RULES[trouble as Trouble].then))),
    targets: all(["ok", "empty", "rejected", "suspect", "mismatch", "failed"]),
    errors: all(Object.keys(CODES)),
    pausedSeconds: { throttled: LONG_SECONDS, illness: LONG_SECONDS },
    matches: HUGE,
    requestSeconds: full(NOTHING_MEASURED.requestSeconds),
    targetSeconds: full(NOTHING_MEASURED.targetSeconds),
    copySeconds: full(NOTHING_MEASURED.copySeconds),
  };

  function answerOf(target: string, detail: string | null = null): { target: string; detail: string | null; finishedAt: Date } {
    return { target, detail, finishedAt: new Date(Date.UTC(2026, 10, 21, 5)) };
  }

  test("counts what was committed by its state, and says why targets are not settled: the three commonest codes, each with its latest target", () => {
    const progress = new Progress(7, 2, 128);
    progress.committed(answerOf("AS1"), "ok", null);
    progress.committed(answerOf("AS2"), "empty", null);
    progress.committed(answerOf("AS3"), "rejected", null);
    for (const code of ["encoding", "server", "timeout", "timeout", "reset", "reset", "server", "server"] as const) progress.committed(answerOf(`AS${progress.results + 1}`, `by ${code}`), "failed", code);
    expect(progress.results).toBe(11);
    expect(progress.message(NOW)).toMatchObject({
      program: "batch",
      batch: 7,
      incarnation: 2,
      targets: 128,
      states: { ok: 1, empty: 1, rejected: 1, suspect: 0, mismatch: 0, failed: 8 },
      requests: 12,
      inFlight: 3,
      causes: [
        { code: "server", targets: 3, example: "AS11", detail: "by server", at: "2026-11-21T05:00:00.000Z" },
        { code: "timeout", targets: 2, example: "AS7", detail: "by timeout" },
        { code: "reset", targets: 2, example: "AS9", detail: "by reset" },
      ],
    });
  });

  test("names a target by its state where there is no code", () => {
    const progress = new Progress(0, 1, 1);
    progress.committed(answerOf("AS1"), "mismatch", null);
    expect(progress.message(NOW).causes).toMatchObject([{ example: "AS1", code: "mismatch" }]);
  });

  test("says what was so when it was asked", () => {
    const progress = new Progress(0, 1, 1);
    const before = progress.message(NOW);
    progress.committed(answerOf("AS1"), "failed", "timeout");
    expect(before.states.failed).toBe(0);
    expect(before.causes).toEqual([]);
  });

  describe("a message can be kept", () => {
    const letters: Record<string, string> = {
      "letters": "a",
      "letters of three bytes": "…",
      "letters of four bytes": "\u{1F600}",
      "quotation marks": '"',
      "control characters": "\u0001",
      "halves of letters": "\ud83d",
    };

    test.each(Object.entries(letters))("with the longest names and problem, all of %s", (_, letter) => {
      const progress = new Progress(HUGE, HUGE, HUGE);
      for (const code of ["unreadable-time", "declared-absent", "declared-wrong", "quiet-host"] as const) progress.committed(answerOf(letter.repeat(5000), letter.repeat(300)), "failed", code);
      Object.assign(progress, { wireBytes: HUGE, textBytes: HUGE, matches: HUGE, rows: HUGE });
      const message: BatchMessage = {
        ...progress.message({
          requests: HUGE,
          retries: HUGE,
          inFlight: HUGE,
          slots: { wanted: HUGE, held: HUGE, limit: HUGE },
          memory: { limit: HUGE, anon: HUGE, anonPeak: HUGE, kernelPeak: HUGE },
          seconds: 123_456_789.1,
          paused: "throttled",
          waiting: { for: "throttled", what: shortened(letter.repeat(5000), 90), since: 1_764_234_720, until: 1_764_234_720, error: shortened(letter.repeat(5000), 120) },
          measured: ALL_MEASURED,
          eventLoopDelaySeconds: 1234.567891,
        }),
        states: { ok: HUGE, empty: HUGE, rejected: HUGE, suspect: HUGE, mismatch: HUGE, failed: HUGE },
        problem: shortened(letter.repeat(5000), 480),
      };
      expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThanOrEqual(MESSAGE_LIMIT_BYTES);
      expect(parseProgramMessage(JSON.stringify(message))).toEqual(message);
    });
  });
});

describe("measuring", () => {
  const NOTHING = { matches: 0, pausedSeconds: {} };

  function sent(fields: Partial<SentRequest>): SentRequest {
    return { outcome: "answered", after: null, redirects: 0, seconds: 0.2, textBytes: 10, ...fields };
  }

  test("has measured nothing at first", () => {
    expect(new Measurements().measured(NOTHING)).toEqual(NOTHING_MEASURED);
  });

  test("counts requests by how they ended, those sent again by why, and redirects that were followed as requests of their own", () => {
    const measuring = new Measurements();
    for (const fields of [{}, { outcome: "throttled" }, { after: "throttled" }, { outcome: "server", after: "throttled" }, { redirects: 2 }, { outcome: "aborted" }] as const) measuring.request(sent(fields));
    expect(measuring.measured(NOTHING)).toEqual({
      ...NOTHING_MEASURED,
      requests: { answered: 3, throttled: 1, server: 1, aborted: 1, redirect: 2 },
      retries: { throttled: 2 },
      requestSeconds: { counts: [0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], sum: 1.2 },
    });
  });

  test("counts what was committed by its state and code, and how long targets and commits took", () => {
    const measuring = new Measurements();
    measuring.committed("ok", null);
    measuring.committed("failed", "timeout");
    measuring.committed("mismatch", "declared-wrong");
    measuring.committed("failed", "timeout");
    measuring.target(0.05);
    measuring.target(5000);
    measuring.commit(0.0004);
    measuring.commit(0.005);
    const { targets, errors, targetSeconds, copySeconds } = measuring.measured(NOTHING);
    expect(targets).toEqual({ ok: 1, failed: 2, mismatch: 1 });
    expect(errors).toEqual({ timeout: 2, "declared-wrong": 1 });
    expect([targetSeconds.counts.at(0), targetSeconds.counts.at(-1), targetSeconds.sum]).toEqual([1, 1, 5000.05]);
    expect([copySeconds.counts.at(0), copySeconds.sum]).toEqual([2, 0.005]);
  });

  test("hands on what others count, in milliseconds", () => {
    expect(new Measurements().measured({ matches: 7, pausedSeconds: { throttled: 1.23456 } })).toMatchObject({ matches: 7, pausedSeconds: { throttled: 1.235 } });
  });

  test("says what was so when it was asked", () => {
    const measuring = new Measurements();
    const before = measuring.measured(NOTHING);
    measuring.request(sent({}));
    measuring.committed("ok", null);
    expect(before).toEqual(NOTHING_MEASURED);
  });
});
