import type { ProviderRules } from "../model/provider.ts";
import type { SweepTemplateSpec } from "../model/schema/template.ts";

/** A provider as data: what a file may leave out when it names it. */
export interface Provider {
  readonly name: string;
  /** They hold for `host`: a mirror or a simulator has rules of its own. */
  readonly rules: ProviderRules;
  /** host:port */
  readonly host: string;
  /** The query parameter by which it knows a regular user. */
  readonly sourceappParameter?: string;
  /** "https://stat.ripe.net": stands for {base} below, unless the file names a mirror or a simulator. */
  readonly baseUrl: string;
  /** Lists of targets, by the name under which targets.preset asks for them. */
  readonly lists: Readonly<Record<string, TargetList>>;
  readonly preset: Pick<SweepTemplateSpec, "request" | "extract" | "host" | "canaries" | "window">;
}

export interface TargetList {
  /** With {base}, {start}, {end}. */
  readonly url: string;
  readonly pattern: string;
  readonly prefix: string;
}
