import type { FieldSchema } from "./describe.ts";

/** What a running sweep can be told: it changes how fast it goes, not what it does. */
const MUTABLE = ["suspend", "host"];
const MUTABLE_OF_BATCH = ["pods"];

export interface Validation {
  readonly rule: string;
  readonly message: string;
  /** The field that the server's answer names. */
  readonly fieldPath: string;
}

/** A rule for each field of a Sweep's spec that stays as it was when the object was made. */
export function unchanging(spec: FieldSchema): readonly Validation[] {
  const fields = Object.entries(spec.properties ?? {});
  const ofBatch = Object.keys(spec.properties?.["batch"]?.properties ?? {});
  return [
    ...fields.filter(([name]) => name !== "batch" && !MUTABLE.includes(name)).map(([name, field]) => stays(name, field)),
    ...ofBatch.filter((name) => !MUTABLE_OF_BATCH.includes(name)).map((name) => batchStays(name)),
  ];
}

const WHY = "this does not change once the Sweep is made; only suspend, host and batch.pods do. Make another Sweep";

/** Not `self.?x == oldSelf.?x`: the API server cannot estimate what comparing optional values costs, and refuses the definition. */
function stays(name: string, field: FieldSchema): Validation {
  // A field without a type is not known to CEL's checker, but its value is there.
  const [now, before] = field.type === undefined ? [`dyn(self).${name}`, `dyn(oldSelf).${name}`] : [`self.${name}`, `oldSelf.${name}`];
  return { rule: `has(${now}) == has(${before}) && (!has(${now}) || ${now} == ${before})`, message: WHY, fieldPath: `.${name}` };
}

function batchStays(name: string): Validation {
  const given = (object: string) => `(has(${object}.batch) && has(${object}.batch.${name}))`;
  return {
    rule: `${given("self")} == ${given("oldSelf")} && (!${given("self")} || self.batch.${name} == oldSelf.batch.${name})`,
    message: WHY,
    fieldPath: `.batch.${name}`,
  };
}
