import type { Registry } from "@prometheus-io/client";
import Gauge from "@prometheus-io/client/lib/gauge.js";

/** program: controller, batch, prepare, or sluice for the command line. */
export function tellBuildInfo(registry: Registry, { version, program }: { readonly version: string; readonly program: string }): void {
  const info = new Gauge({ name: "sluice_build_info", help: "Always 1: which version of which program this is.", labelNames: ["version", "program"], registers: [registry] });
  info.set({ version, program }, 1);
}
