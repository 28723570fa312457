import { describe, expect, test } from "vitest";
import { SpecError } from "../../../src/model/errors.ts";
import { readFaultFlag } from "../../../src/simulate/fault-flag.ts";
import { parseFaults } from "../../../src/simulate/parse-fault.ts";
import { scenarioOfFlags } from "../../../src/simulate/simulator-flags.ts";

describe("a fault on the command line", () => {
  const cases: Record<string, { text: string; fault: object }> = {
    "may be a name alone": { text: "outage", fault: { what: "outage" } },
    "has fields": { text: "status,status=503,body=none", fault: { what: "status", status: 503, body: "none" } },
    "has inner fields": { text: "slow,latency.distribution=constant,latency.seconds=0.5", fault: { what: "slow", latency: { distribution: "constant", seconds: 0.5 } } },
    "is played for some targets": { text: "outage,when.targets=AS1+AS2,when.times=2", fault: { what: "outage", when: { targets: ["AS1", "AS2"], times: 2 } } },
    "may count down": { text: "declared,off=-1", fault: { what: "declared", off: -1 } },
  };
  test.for(Object.entries(cases))("%s", ([, { text, fault }]) => {
    expect(readFaultFlag(text)).toEqual(fault);
    expect(parseFaults([readFaultFlag(text)], "faults")).toMatchObject([fault]);
  });

  const wrong: Record<string, string> = {
    "status,503": "such as when.rate=0.01, not \"503\"",
    "stauts,status=503": "faults[0].what",
    "outage,when.rat=1": "there is no field \"rat\" here",
  };
  test.for(Object.entries(wrong))("%s is refused by what is wrong with it", ([text, sentence]) => {
    expect(() => scenarioOfFlags({ fault: [text] }, undefined)).toThrow(SpecError);
    expect(() => scenarioOfFlags({ fault: [text] }, undefined)).toThrow(sentence);
  });

  test("is added to those of the file", () => {
    expect(scenarioOfFlags({ fault: ["outage"] }, { faults: [{ what: "maintenance" }] }).faults).toMatchObject([{ what: "maintenance" }, { what: "outage" }]);
  });
});
