import { realClock } from "../../../src/bin/clock.ts";
import { type Change, Indexer } from "../../../src/kube/indexer.ts";
import type { KubeObject, Resource } from "../../../src/kube/object.ts";
import { Reflector } from "../../../src/kube/reflector.ts";
import type { Installation } from "./installation.ts";

/** Watches all objects of a kind in the installation's namespace, even while the API server is away. @returns how to stop, once the existing objects were reported */
export async function follow<T extends KubeObject>({ client, namespace }: Installation, resource: Resource<T>, onChange: (change: Change<T>) => void): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  const reflector = new Reflector<T, T>({
    client,
    clock: realClock,
    random: () => Math.random(),
    resource,
    namespace,
    store: new Indexer<T>({}),
    transform: (object) => object,
    onChange,
    report: () => undefined,
  });
  const running = reflector.run(stopping.signal);
  await reflector.synced();
  return async () => {
    stopping.abort();
    await running;
  };
}
