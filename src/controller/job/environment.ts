import type { SecretKey } from "../../model/sweep-object.ts";
import { secretVariable } from "../../providers/secret-variable.ts";
import type { JobSource } from "./job.ts";
import { CA_FILE } from "./volumes.ts";

export const HEALTH_PORT = 8081;

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: SecretKey };
}

/** What a worker reads from its environment (src/bin/worker.ts). A value of a Secret never stands in a Job: only where it is. */
export function environmentOf({ frozen, settings, inFlight }: JobSource, memoryBytes: number): Variable[] {
  return [
    secret("DATABASE_URL", frozen.database),
    ...(frozen.databaseCa === undefined ? [] : [secret("SLUICE_DATABASE_CA", frozen.databaseCa)]),
    ...frozen.headers.map((header) => secret(secretVariable(header.name, header.key), header)),
    { name: "SLUICE_MEMORY_BYTES", value: String(memoryBytes) },
    { name: "SLUICE_HEALTH_PORT", value: String(HEALTH_PORT) },
    ...plain("SLUICE_HOST_IN_FLIGHT", inFlight === undefined ? undefined : String(inFlight)),
    ...plain("HTTPS_PROXY", settings.httpsProxy),
    ...plain("HTTP_PROXY", settings.httpProxy),
    ...plain("NO_PROXY", settings.noProxy),
    ...plain("NODE_EXTRA_CA_CERTS", settings.ca === undefined ? undefined : CA_FILE),
  ];
}

function secret(name: string, { name: secretName, key }: SecretKey): Variable {
  return { name, valueFrom: { secretKeyRef: { name: secretName, key } } };
}

function plain(name: string, value: string | undefined): Variable[] {
  return value === undefined ? [] : [{ name, value }];
}
