import type { Dispatcher } from "undici";

/** Where the API server is, and how one may speak to it. */
export interface Connection {
  /** Without a slash at its end: "https://10.96.0.1:443". */
  readonly server: string;
  /** One pool for every request: CA, client certificate and proxy are in it. */
  readonly dispatcher: Dispatcher;
  /** What each request says of who asks. Read before every request, since tokens change. */
  headers(): Promise<Readonly<Record<string, string>>>;
}
