import type { ProviderRules } from "../model/provider.ts";
import type { SweepTemplateSpec } from "../model/schema/template.ts";

/** A provider, as data: the fields that a file can leave out when it names the provider. */
export interface Provider {
  readonly name: string;
  /** They apply to `host` only: a mirror or a simulator has its own rules. */
  readonly rules: ProviderRules;
  /** host:port */
  readonly host: string;
  /** The query parameter for the name of a regular user. */
  readonly sourceappParameter?: string;
  /** "https://stat.ripe.net": replaces {base} below, unless the file names a mirror or a simulator. */
  readonly baseUrl: string;
  /** Lists of targets, by the name that targets.preset uses. */
  readonly lists: Readonly<Record<string, TargetList>>;
  readonly preset: Pick<SweepTemplateSpec, "request" | "extract" | "host" | "canaries" | "window">;
}

interface TargetList {
  /** May contain {base}, {start}, {end}. */
  readonly url: string;
  readonly pattern: string;
  readonly prefix: string;
}
