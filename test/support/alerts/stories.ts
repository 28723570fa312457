import { CONTROLLER } from "./stories/controller.ts";
import { DATABASE } from "./stories/database.ts";
import { SWEEPS } from "./stories/sweeps.ts";
import { WINDOWS } from "./stories/windows.ts";
import type { AlertStories } from "./story.ts";

/** Every alert of the chart, by name. */
export const ALERTS: Readonly<Record<string, AlertStories>> = { ...WINDOWS, ...SWEEPS, ...CONTROLLER, ...DATABASE };
