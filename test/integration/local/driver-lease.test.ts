import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { firstStatus } from "../../../src/decide/sweep/flow.ts";
import { keepDriving, takeToDrive, thisDriver } from "../../../src/local/driver-lease.ts";
import { FencedError, SpecError } from "../../../src/model/errors.ts";
import type { DrivenSweep, Driver } from "../../../src/store/driven-sweeps.ts";
import { aStore, DAY, type TestStore } from "../../support/postgres/store.ts";
import { FakeClock, settled } from "../../support/time/fake-clock.ts";
import { until } from "../../support/time/until.ts";

const HERE = "this-machine";

let store: TestStore;
let wanted: Omit<DrivenSweep, "version">;

beforeAll(async () => {
  store = await aStore();
});

afterAll(async () => {
  await store.close();
});

beforeEach(() => {
  const uid = randomUUID();
  wanted = { identity: { uid, namespace: "default", name: "daily" }, dataset: uid, windowStart: DAY.start, status: firstStatus(0) };
});

function me(host = HERE): Driver {
  return thisDriver(randomUUID(), host, process.pid);
}

describe("a driver of this machine", () => {
  test("that is alive is not replaced, and is named", async () => {
    await takeToDrive(store.db, wanted, me());
    await expect(takeToDrive(store.db, wanted, me())).rejects.toThrow(
      new SpecError(`This window of ${wanted.dataset} is already being swept by process ${process.pid} on this machine; if that process has died, its lease ends within 15 s.`),
    );
  });

  test("that has died is replaced at once", async () => {
    const child = spawn("sleep", ["60"], { stdio: "ignore" });
    const first = await takeToDrive(store.db, wanted, thisDriver(randomUUID(), HERE, child.pid!));
    child.kill("SIGKILL");
    await once(child, "exit");
    expect((await takeToDrive(store.db, wanted, me())).identity).toEqual(first.identity);
  });

  test("whose PID belongs to another process by now is replaced too", async () => {
    await takeToDrive(store.db, wanted, { ...me(), pidStarted: "1" });
    expect((await takeToDrive(store.db, wanted, me())).identity).toEqual(wanted.identity);
  });
});

test("a driver on another machine keeps its lease, dead or not: from here that cannot be known", async () => {
  await takeToDrive(store.db, wanted, { ...me("another-machine"), pidStarted: "1" });
  await expect(takeToDrive(store.db, wanted, me())).rejects.toThrow(`by process ${process.pid} on another-machine`);
});

test("the lease is renewed until the driver stops, and an error says if another driver took over", async () => {
  const clock = new FakeClock();
  const mine = me();
  const stop = new AbortController();
  await takeToDrive(store.db, wanted, mine);
  const driving = keepDriving(store.db, wanted.identity.uid, mine.token, clock, stop.signal);
  await settled();
  stop.abort(new Error("stopped"));
  await driving;

  const lost = keepDriving(store.db, wanted.identity.uid, mine.token, clock, new AbortController().signal).catch((error: unknown) => error);
  await store.db.query("update sluice.driven_sweeps set driver_token = $2 where uid = $1", [wanted.identity.uid, randomUUID()]);
  let ended: unknown = null;
  void lost.then((error) => (ended = error));
  await until("the loss is seen", async () => {
    await clock.advance(4);
    return ended !== null;
  });
  expect(ended).toBeInstanceOf(FencedError);
});
