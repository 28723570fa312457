import { randomBytes } from "node:crypto";
import { openDatabase } from "../../../src/store/database.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { REAL_CLOCK } from "../../support/postgres/store.ts";
import { until } from "../../support/time/until.ts";
import { serviceBeside } from "./beside.ts";
import { IMAGE } from "./image.ts";
import type { World } from "./world.ts";

/** Something in a sweep's surroundings that is wrong, and how it is put right. Each is about one sweep only. */
export interface Blocker {
  /** Of the sweep that meets it, laid over its template. */
  readonly spec: object;
  /** What the condition and the event say. */
  readonly sentence: RegExp;
  readonly mend: () => Promise<unknown>;
  /** What it leaves that the namespace does not take with it. */
  readonly remove?: () => Promise<unknown>;
}

const secret = (name: string, data: object): object => ({ apiVersion: "v1", kind: "Secret", metadata: { name }, stringData: data });
const storeIn = (name: string): object => ({ store: { secretRef: { name, key: "uri" } } });

/** As pods reach the world's database, but for what is changed. */
async function databaseUrl(world: World, changes: Partial<Pick<URL, "host" | "pathname">> = {}): Promise<string> {
  const text = await world.kubectl("get", "secret", "bgp-db-app", "--output", "jsonpath={.data.uri}");
  return Object.assign(new URL(Buffer.from(text, "base64").toString()), changes).href;
}

export async function aMissingKey(world: World): Promise<Blocker> {
  await world.apply(secret("keyless", { url: "x" }));
  return {
    spec: storeIn("keyless"),
    sentence: /^The Secret keyless has no key uri \(namespace \S+\)\.$/,
    mend: async () => world.apply(secret("keyless", { uri: await databaseUrl(world) })),
  };
}

/** A Service behind which nobody is yet. */
export async function aDatabaseThatIsAway(world: World): Promise<Blocker> {
  const port = Number(new URL(await databaseUrl(world)).port);
  await world.apply(
    { apiVersion: "v1", kind: "Service", metadata: { name: "late" }, spec: { ports: [{ port }] } },
    secret("late", { uri: await databaseUrl(world, { host: `late.${world.namespace}.svc.cluster.local:${port}` }) }),
  );
  return { spec: storeIn("late"), sentence: /^The database at late\.\S+ could not do its work for \d+ s: \S/, mend: () => serviceBeside(world.cluster, { namespace: world.namespace, name: "late", port }) };
}

export async function aNewerDatabase(world: World): Promise<Blocker> {
  await world.query("create database newer");
  const db = openDatabase({ url: world.postgres.url.replace("/sluice?", "/newer?"), name: "e2e", clock: REAL_CLOCK, max: 1 });
  const need = (version: string): Promise<unknown> => db.query("update sluice.meta set min_program = $1", [version]);
  await migrate(db, { version: "99.0.0" });
  await need("99.0.0");
  await world.apply(secret("newer", { uri: await databaseUrl(world, { pathname: "/newer" }) }));
  return {
    spec: storeIn("newer"),
    sentence: /^The database at \S+ needs sluice 99\.0\.0 or newer; this is \d+\.\d+\.\d+\.$/,
    mend: () => need("0.0.0"),
    remove: () => db.close(),
  };
}

/** A quota of no pods at all, for those of one priority. */
export async function aQuota(world: World): Promise<Blocker> {
  const name = world.namespace;
  await world.cluster.apply({ apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name }, value: 0 });
  const scopeSelector = { matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: [name] }] };
  await world.apply({ apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "small" }, spec: { hard: { pods: "0" }, scopeSelector } });
  await until("the quota is counted", async () => (await world.kubectl("get", "quota", "small", "--output", "jsonpath={.status.hard.pods}")) === "0");
  return {
    spec: { batch: { podTemplate: { priorityClassName: name } } },
    sentence: /^The namespace's quota refuses the pod: exceeded quota: small, requested: pods=1, used: pods=0, limited: pods=0\.$/,
    mend: () => world.kubectl("delete", "quota", "small"),
    remove: () => world.kubectl("delete", "priorityclass", name),
  };
}

/** A policy against the pods that have a label. */
export async function aPolicy(world: World): Promise<Blocker> {
  const name = world.namespace;
  const kind = { apiVersion: "admissionregistration.k8s.io/v1" };
  const labels = { "sluice.test/forbidden": "yes" };
  const matchConstraints = {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
    objectSelector: { matchLabels: labels },
    resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
  };
  await world.cluster.apply(
    { ...kind, kind: "ValidatingAdmissionPolicy", metadata: { name }, spec: { failurePolicy: "Fail", matchConstraints, validations: [{ expression: "false", message: "not on a Monday" }] } },
    { ...kind, kind: "ValidatingAdmissionPolicyBinding", metadata: { name }, spec: { policyName: name, validationActions: ["Deny"] } },
  );
  const container = { name: "probe", image: IMAGE, securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } };
  const overrides = { spec: { securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } }, containers: [container] } };
  const probe = ["run", "probe", "--image", IMAGE, "--labels", "sluice.test/forbidden=yes", "--overrides", JSON.stringify(overrides), "--dry-run=server"];
  await until("the policy is in force", () => world.kubectl(...probe).then(() => false, (error: unknown) => String(error).includes("not on a Monday")));
  const remove = (): Promise<unknown> => world.kubectl("delete", "validatingadmissionpolicy,validatingadmissionpolicybinding", name, "--ignore-not-found");
  return {
    spec: { batch: { podTemplate: { labels } } },
    sentence: /^Kubernetes refuses the pod: ValidatingAdmissionPolicy '\S+' with binding '\S+' denied request: not on a Monday\.$/,
    mend: remove,
    remove,
  };
}

/** What the next sweeps are made with is an image that is nowhere. @returns also how to make them with the right one again */
export async function aMissingImage(world: World): Promise<Blocker & { readonly over: () => Promise<void> }> {
  const absent = `localhost/sluice:absent-${randomBytes(3).toString("hex")}`;
  const workersWith = async (image: string): Promise<void> => {
    await world.kubectl("set", "env", `deployment/${world.namespace}`, `SLUICE_IMAGE=${image}`);
    await world.kubectl("rollout", "status", `deployment/${world.namespace}`, "--timeout=60s");
    // The one before leads until it is gone.
    const pods = ["get", "pods", "--selector", "app.kubernetes.io/component=controller", "--output", "name"];
    await until("only the new controller is there", async () => (await world.kubectl(...pods)).trim().split("\n").length === 1);
  };
  await workersWith(absent);
  let unname = (): Promise<void> => Promise.resolve();
  return {
    spec: {},
    sentence: new RegExp(`^The image ${absent} cannot be pulled: .+\\.$`),
    over: () => workersWith(IMAGE),
    mend: async () => {
      unname = await world.cluster.nameImage(IMAGE, absent);
    },
    remove: () => unname(),
  };
}

/** The Secret of the database. @returns once it is there */
export async function aSecretThatGoesAway(world: World): Promise<Blocker & { readonly away: () => Promise<unknown> }> {
  const whole = secret("passing", { uri: await databaseUrl(world) });
  await world.apply(whole);
  return {
    spec: storeIn("passing"),
    sentence: /^The Secret passing is not there \(namespace \S+\)\.$/,
    away: () => world.kubectl("delete", "secret", "passing"),
    mend: () => world.apply(whole),
  };
}
