import { expect, test } from "vitest";
import { Indexer } from "../../../src/kube/indexer.ts";
import type { KubeObject } from "../../../src/kube/object.ts";

function anObject(name: string, version: number, labels: Record<string, string> = {}, namespace = "one"): KubeObject {
  return { metadata: { namespace, name, uid: `uid of ${name}`, resourceVersion: String(version), labels } };
}

const aStore = (): Indexer<KubeObject, "sweep"> => new Indexer({ sweep: ({ metadata }) => (metadata.labels?.["sweep"] ?? "").split(" ").filter((value) => value !== "") });
const names = (objects: readonly KubeObject[]): string[] => objects.map(({ metadata }) => metadata.name);

test("finds objects by name, and by index as they are now", () => {
  const store = aStore();
  store.put(anObject("a", 1, { sweep: "x y" }));
  store.put(anObject("b", 2, { sweep: "x" }));
  expect(store.get({ namespace: "one", name: "a" })?.metadata.resourceVersion).toBe("1");
  expect(store.get({ namespace: "two", name: "a" })).toBeNull();
  expect(names(store.byIndex("sweep", "x"))).toEqual(["a", "b"]);
  store.put(anObject("a", 3, { sweep: "z" }));
  expect(names(store.byIndex("sweep", "x"))).toEqual(["b"]);
  expect(store.byIndex("sweep", "y")).toEqual([]);
  store.remove({ namespace: "one", name: "b" });
  expect(store.byIndex("sweep", "x")).toEqual([]);
  expect(names(store.list())).toEqual(["a"]);
});

test("returns the change, and null for a version that it has already", () => {
  const store = aStore();
  const [first, second] = [anObject("a", 1), anObject("a", 2)];
  expect(store.put(first)).toEqual({ key: "one/a", before: null, after: first });
  expect(store.put(anObject("a", 1))).toBeNull();
  expect(store.put(second)).toEqual({ key: "one/a", before: first, after: second });
  expect(store.remove({ namespace: "one", name: "a" })).toEqual({ key: "one/a", before: second, after: null });
  expect(store.remove({ namespace: "one", name: "a" })).toBeNull();
});

test("replaces the objects of one namespace or of all, and returns only the differences", () => {
  const store = aStore();
  store.put(anObject("gone", 1));
  store.put(anObject("same", 2));
  store.put(anObject("changed", 3));
  store.put(anObject("elsewhere", 4, {}, "two"));
  const changes = store.replace("one", [anObject("same", 2), anObject("changed", 5), anObject("new", 6)]);
  expect(changes.map(({ key, before, after }) => [key, before !== null, after !== null])).toEqual([
    ["one/gone", true, false],
    ["one/changed", true, true],
    ["one/new", false, true],
  ]);
  expect(store.size).toBe(4);
  expect(store.replace(undefined, []).map(({ key }) => key).sort()).toEqual(["one/changed", "one/new", "one/same", "two/elsewhere"]);
  expect(store.size).toBe(0);
});
