import { describe, expect, test } from "vitest";
import { SpecError } from "../../../src/model/errors.ts";
import { parseFaults } from "../../../src/simulate/parse-fault.ts";
import { scenarioOfFlags, simulatorOptions, type SimulatorFlags, readFaultFlag } from "../../../src/simulate/simulator-flags.ts";

describe("simulator flags", () => {
  const FLAGS: Record<string, [flags: SimulatorFlags, scenario: object]> = {
    "no flag is the default": [{}, { seed: 1, format: "2026" }],
    "plain fields": [{ seed: "7", format: "2025", tls: true, inFlight: "16" }, { seed: 7, format: "2025", tls: true, limits: { inFlight: 16, overLimit: "429" } }],
    "invented updates": [{ targets: "500" }, { source: { kind: "model", targets: 500, active: 0.35 } }],
    "real updates": [{ asns: "a", updates: "b", every: "3600" }, { source: { kind: "recorded", asns: "a", updates: "b", everySeconds: 3600 } }],
    "giants in several units": [{ big: ["AS3333=272MB", "as7=1.5GiB", "8=5000"] }, { big: { AS3333: 272_000_000, AS7: 1_610_612_736, AS8: 5_000 } }],
    "latency in seconds": [{ latency: "0.5" }, { latency: { distribution: "constant", seconds: 0.5 } }],
    "the demo, with another seed": [{ demo: true, seed: "5" }, { seed: 5, limits: { inFlight: 16 }, big: { AS3333: 268_435_456 } }],
  };

  const WRONG: Record<string, SimulatorFlags> = {
    "--asns and --updates go together.": { asns: "a" },
    "--targets is for invented updates": { asns: "a", updates: "b", targets: "5" },
    "--demo and --scenario exclude each other.": { demo: true, scenario: "a" },
    "--seed: must be a number, not x.": { seed: "x" },
    "--big: must be a target and its bytes": { big: ["AS3333:5GB"] },
    "scenario.format: must be one of 2026, 2025": { format: "2024" },
  };

  describe("the flags", () => {
    test.each(Object.entries(FLAGS))("%s", (_, [flags, scenario]) => {
      expect(scenarioOfFlags(flags, undefined)).toMatchObject(scenario);
    });
    test("win over the file, which keeps the rest", () => {
      expect(scenarioOfFlags({ seed: "9" }, { seed: 1, format: "2025", faults: [{ what: "outage" }] })).toMatchObject({ seed: 9, format: "2025", faults: [{ what: "outage" }] });
    });
    test.each(Object.entries(WRONG))("%s", (sentence, flags) => {
      expect(() => scenarioOfFlags(flags, undefined)).toThrow(SpecError);
      expect(() => scenarioOfFlags(flags, undefined)).toThrow(sentence);
    });
    test("are each declared once, with what they set", () => {
      const names = simulatorOptions.map(({ flags }) => flags.split(" ")[0]);
      expect(new Set(names).size).toBe(names.length);
      expect(simulatorOptions.every(({ description }) => description.length > 10)).toBe(true);
    });
  });
});

describe("fault flag", () => {
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
      "outage,when.rat=1": "unknown field \"rat\"",
    };
    test.for(Object.entries(wrong))("%s is refused by what is wrong with it", ([text, sentence]) => {
      expect(() => scenarioOfFlags({ fault: [text] }, undefined)).toThrow(SpecError);
      expect(() => scenarioOfFlags({ fault: [text] }, undefined)).toThrow(sentence);
    });

    test("is added to those of the file", () => {
      expect(scenarioOfFlags({ fault: ["outage"] }, { faults: [{ what: "maintenance" }] }).faults).toMatchObject([{ what: "maintenance" }, { what: "outage" }]);
    });
  });
});
