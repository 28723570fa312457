import type { KubeObject } from "./object.ts";

/** What a watch brings. An ERROR event is thrown as ApiError. */
export type WatchEvent<T extends KubeObject> =
  /** Comes first: the server has taken the watch. */
  | { readonly type: "OPENED" }
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string };
