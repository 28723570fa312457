/** What a path of the Kubernetes API names. */
export interface ApiPath {
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

const SHAPE = /^\/(?:api\/(?<core>v1)|apis\/(?<group>[^/]+\/[^/]+))(?:\/namespaces\/(?<namespace>[^/]+)(?=\/[^/]+))?\/(?<plural>[^/]+)(?:\/(?<name>[^/]+)(?:\/(?<subresource>[^/]+))?)?$/;

export function apiPath(pathname: string): ApiPath | null {
  const found = SHAPE.exec(pathname)?.groups as Record<string, string | undefined> | undefined;
  if (found === undefined) return null;
  const { core, group, namespace, plural, name, subresource } = found;
  return { apiVersion: core ?? group!, plural: plural!, ...optional({ namespace, name, subresource }) };
}

function optional(parts: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(parts).flatMap(([part, text]) => (text === undefined ? [] : [[part, decodeURIComponent(text)]])));
}
