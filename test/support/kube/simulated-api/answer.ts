import type { IncomingMessage, ServerResponse } from "node:http";
import { apiPath, type ApiPath } from "./api-path.ts";
import type { Asked, Faults } from "./faults.ts";
import { collectionOf, type Objects, type Preconditions } from "./objects.ts";
import type { Pages } from "./pages.ts";
import { Refused } from "./refused.ts";
import { selector } from "./selectors.ts";
import type { Sent, Stored } from "./stored-object.ts";
import type { Watches } from "./watches.ts";

/** All that a server consists of. */
export interface Parts {
  readonly objects: Objects;
  readonly faults: Faults;
  readonly watches: Watches;
  readonly pages: Pages;
  readonly logs: Map<string, string>;
  /** What SelfSubjectAccessReview says. */
  allows: (attributes: object) => boolean;
}

const VERBS: Record<string, Asked["verb"]> = { POST: "create", PUT: "update", PATCH: "patch", DELETE: "delete" };

/** Answers one request. */
export async function answer(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url!, "http://api");
  try {
    const text = await body(request);
    if (url.pathname === "/version") {
      reply(response, 200, { major: "1", minor: "34", gitVersion: "v1.34.0" });
      return;
    }
    const path = apiPath(url.pathname);
    if (path === null) throw new Refused(404, "NotFound", `there is nothing at ${url.pathname}`);
    const verb = VERBS[request.method!] ?? (path.name !== undefined ? "get" : url.searchParams.get("watch") === "true" ? "watch" : "list");
    const resource = path.subresource === undefined ? path.plural : `${path.plural}/${path.subresource}`;
    const fault = parts.faults.meet({ verb, resource, namespace: path.namespace, name: path.name });
    if (fault === "silence") return;
    if (fault === "cut before") return void response.socket?.resetAndDestroy();
    if (verb === "watch") {
      startWatch(parts, path, url.searchParams, response);
      return;
    }
    if (path.subresource === "log") return void response.end(parts.logs.get(`${path.namespace ?? ""}/${path.name!}`) ?? "");
    const said = verb === "get" || verb === "list" ? read(parts, path, url.searchParams) : write(parts, verb, path, text === "" ? {} : (JSON.parse(text) as Sent));
    if (fault === "cut after") return void response.socket?.resetAndDestroy();
    reply(response, verb === "create" ? 201 : 200, said);
  } catch (error) {
    const refused = error instanceof Refused ? error : new Refused(500, "InternalError", String(error));
    if (response.headersSent) return void response.destroy();
    if (refused.retryAfter !== undefined) response.setHeader("retry-after", String(refused.retryAfter));
    reply(response, refused.status, refused);
  }
}

function read({ objects, pages }: Parts, path: ApiPath, query: URLSearchParams): object {
  if (path.name !== undefined) return objects.get(path, { ...path, name: path.name });
  const limit = Number(query.get("limit") ?? 0);
  const token = query.get("continue") ?? "";
  const fits = selector(query.get("labelSelector") ?? "", query.get("fieldSelector") ?? "");
  const found = (): Stored[] => objects.list<Stored>(path, path.namespace).filter(fits);
  return { kind: "List", apiVersion: path.apiVersion, ...(token === "" ? pages.first(objects.history.version, found(), limit) : pages.next(token, limit)) };
}

function write(parts: Parts, verb: Asked["verb"], path: ApiPath, sent: Sent): object {
  const { objects } = parts;
  if (path.plural === "selfsubjectaccessreviews") {
    const { resourceAttributes } = sent["spec"] as { resourceAttributes: object };
    return { ...sent, status: { allowed: parts.allows(resourceAttributes) } };
  }
  if (verb === "create") return objects.insert(path, path.namespace === undefined ? sent : { ...sent, metadata: { ...sent.metadata, namespace: path.namespace } });
  const key = { ...(path.namespace === undefined ? {} : { namespace: path.namespace }), name: path.name! };
  const part = path.subresource === "status" ? "status" : "rest";
  if (verb === "update") return objects.update(path, key, sent, part);
  if (verb === "patch") return objects.patch(path, key, sent, part);
  const { preconditions, propagationPolicy } = sent as { preconditions?: Preconditions; propagationPolicy?: string };
  // As the real one: who deletes a Job and says nothing leaves its pods behind.
  const policy = propagationPolicy ?? (path.plural === "jobs" ? "Orphan" : "Background");
  return objects.remove(path, key, preconditions, policy === "Orphan" ? "Orphan" : "Background");
}

function startWatch({ watches }: Parts, path: ApiPath, query: URLSearchParams, response: ServerResponse): void {
  watches.start(
    {
      collection: collectionOf(path),
      namespace: path.namespace,
      fits: selector(query.get("labelSelector") ?? "", query.get("fieldSelector") ?? ""),
      version: Number(query.get("resourceVersion") ?? 0),
      timeoutSeconds: Number(query.get("timeoutSeconds") ?? 300),
      bookmarks: query.get("allowWatchBookmarks") === "true",
    },
    response,
  );
}

function reply(response: ServerResponse, status: number, said: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(said));
}

async function body(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
