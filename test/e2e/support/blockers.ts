import { randomBytes } from "node:crypto";
import { openDatabase } from "../../../src/store/database.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { REAL_CLOCK } from "../../support/postgres/store.ts";
import { until } from "../../support/time/until.ts";
import { IMAGE } from "./image.ts";
import type { Installation } from "./installation.ts";
import { exposeOutsideService } from "./outside-service.ts";

/** A problem in a sweep's environment, and how to mend it. Each concerns one sweep only. */
export interface Blocker {
  /** The spec of the sweep that meets it, merged over its template. */
  readonly spec: object;
  /** The message of the condition and the event. */
  readonly sentence: RegExp;
  readonly mend: () => Promise<unknown>;
  /** Removes what is not deleted with the namespace. */
  readonly remove?: () => Promise<unknown>;
}

const secret = (name: string, data: object): object => ({ apiVersion: "v1", kind: "Secret", metadata: { name }, stringData: data });
const storeIn = (name: string): object => ({ store: { secretRef: { name, key: "uri" } } });

/** The URI by which pods reach the installation's database, with changes. */
async function databaseUrl(installation: Installation, changes: Partial<Pick<URL, "host" | "pathname">> = {}): Promise<string> {
  const text = await installation.kubectl("get", "secret", "bgp-db-app", "--output", "jsonpath={.data.uri}");
  return Object.assign(new URL(Buffer.from(text, "base64").toString()), changes).href;
}

export async function aMissingKey(installation: Installation): Promise<Blocker> {
  await installation.apply(secret("keyless", { url: "x" }));
  return {
    spec: storeIn("keyless"),
    sentence: /^The Secret keyless in the namespace \S+ has no key uri\.$/,
    mend: async () => installation.apply(secret("keyless", { uri: await databaseUrl(installation) })),
  };
}

/** A Service without endpoints. */
export async function aDatabaseThatIsAway(installation: Installation): Promise<Blocker> {
  const port = Number(new URL(await databaseUrl(installation)).port);
  await installation.apply(
    { apiVersion: "v1", kind: "Service", metadata: { name: "late" }, spec: { ports: [{ port }] } },
    secret("late", { uri: await databaseUrl(installation, { host: `late.${installation.namespace}.svc.cluster.local:${port}` }) }),
  );
  return { spec: storeIn("late"), sentence: /^The database at late\.\S+ has been unavailable for \d+ s: \S/, mend: () => exposeOutsideService(installation.cluster, { namespace: installation.namespace, name: "late", port }) };
}

export async function aNewerDatabase(installation: Installation): Promise<Blocker> {
  await installation.query("create database newer");
  const db = openDatabase({ url: installation.postgres.url.replace("/sluice?", "/newer?"), name: "e2e", clock: REAL_CLOCK, max: 1 });
  const need = (version: string): Promise<unknown> => db.query("update sluice.meta set min_program = $1", [version]);
  await migrate(db, { version: "99.0.0" });
  await need("99.0.0");
  await installation.apply(secret("newer", { uri: await databaseUrl(installation, { pathname: "/newer" }) }));
  return {
    spec: storeIn("newer"),
    sentence: /^The database at \S+ needs sluice 99\.0\.0 or newer; this is \d+\.\d+\.\d+\.$/,
    mend: () => need("0.0.0"),
    remove: () => db.close(),
  };
}

/** A quota that allows no pods of one priority. */
export async function aQuota(installation: Installation): Promise<Blocker> {
  const name = installation.namespace;
  await installation.cluster.apply({ apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name }, value: 0 });
  const scopeSelector = { matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: [name] }] };
  await installation.apply({ apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "small" }, spec: { hard: { pods: "0" }, scopeSelector } });
  await until("the quota is counted", async () => (await installation.kubectl("get", "quota", "small", "--output", "jsonpath={.status.hard.pods}")) === "0");
  return {
    spec: { batch: { podTemplate: { priorityClassName: name } } },
    sentence: /^The namespace's quota refuses the pod: exceeded quota: small, requested: pods=1, used: pods=0, limited: pods=0\.$/,
    mend: () => installation.kubectl("delete", "quota", "small"),
    remove: () => installation.kubectl("delete", "priorityclass", name),
  };
}

/** A policy that refuses pods with a label. */
export async function aPolicy(installation: Installation): Promise<Blocker> {
  const name = installation.namespace;
  const kind = { apiVersion: "admissionregistration.k8s.io/v1" };
  const labels = { "sluice.test/forbidden": "yes" };
  const matchConstraints = {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
    objectSelector: { matchLabels: labels },
    resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
  };
  await installation.cluster.apply(
    { ...kind, kind: "ValidatingAdmissionPolicy", metadata: { name }, spec: { failurePolicy: "Fail", matchConstraints, validations: [{ expression: "false", message: "not on a Monday" }] } },
    { ...kind, kind: "ValidatingAdmissionPolicyBinding", metadata: { name }, spec: { policyName: name, validationActions: ["Deny"] } },
  );
  const container = { name: "probe", image: IMAGE, securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } };
  const overrides = { spec: { securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } }, containers: [container] } };
  const probe = ["run", "probe", "--image", IMAGE, "--labels", "sluice.test/forbidden=yes", "--overrides", JSON.stringify(overrides), "--dry-run=server"];
  await until("the policy is in force", () => installation.kubectl(...probe).then(() => false, (error: unknown) => String(error).includes("not on a Monday")));
  const remove = (): Promise<unknown> => installation.kubectl("delete", "validatingadmissionpolicy,validatingadmissionpolicybinding", name, "--ignore-not-found");
  return {
    spec: { batch: { podTemplate: { labels } } },
    sentence: /^Kubernetes refuses the pod: ValidatingAdmissionPolicy '\S+' with binding '\S+' denied request: not on a Monday\.$/,
    mend: remove,
    remove,
  };
}

/** The next sweeps get an image that does not exist. @returns also how to go back to the right one */
export async function aMissingImage(installation: Installation): Promise<Blocker & { readonly over: () => Promise<void> }> {
  const absent = `localhost/sluice:absent-${randomBytes(3).toString("hex")}`;
  const workersWith = async (image: string): Promise<void> => {
    await installation.kubectl("set", "env", `deployment/${installation.namespace}`, `SLUICE_IMAGE=${image}`);
    await installation.kubectl("rollout", "status", `deployment/${installation.namespace}`, "--timeout=60s");
    // The controller before leads until it is gone.
    const pods = ["get", "pods", "--selector", "app.kubernetes.io/component=controller", "--output", "name"];
    await until("only the new controller is there", async () => (await installation.kubectl(...pods)).trim().split("\n").length === 1);
  };
  await workersWith(absent);
  let unname = (): Promise<void> => Promise.resolve();
  return {
    spec: {},
    sentence: new RegExp(`^The image ${absent} cannot be pulled: .+\\.$`),
    over: () => workersWith(IMAGE),
    mend: async () => {
      unname = await installation.cluster.nameImage(IMAGE, absent);
    },
    remove: () => unname(),
  };
}

/** Creates the Secret of the database, and resolves once it can be read. */
export async function aSecretThatGoesAway(installation: Installation): Promise<Blocker & { readonly away: () => Promise<unknown> }> {
  const whole = secret("passing", { uri: await databaseUrl(installation) });
  await installation.apply(whole);
  return {
    spec: storeIn("passing"),
    sentence: /^The Secret passing does not exist in the namespace \S+\.$/,
    away: () => installation.kubectl("delete", "secret", "passing"),
    mend: () => installation.apply(whole),
  };
}
