import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import { type Threshold, ThresholdsConfigBuilder, ThresholdsMode } from "@grafana/grafana-foundation-sdk/dashboard";
import { COLOUR, type Colour } from "./colours.ts";

/** What every panel says of itself. */
export interface About {
  readonly title: string;
  /** What it shows, and what to do when it is not as it should be. */
  readonly description: string;
  /** Grafana's name of it: `s`, `bytes`, `percentunit`, `none` for a number of things. */
  readonly unit: string;
  /** In 24ths of the width. */
  readonly width: number;
  readonly height?: number;
  readonly queries: readonly Builder<Dataquery>[];
}

/** What the SDK's builders of panels, which have no common type, all can. */
interface Described {
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  span(width: number): this;
  height(height: number): this;
  targets(queries: Builder<Dataquery>[]): this;
}

/** @param usual the height of such a panel where it says none */
export function described<P extends Described>(panel: P, { title, description, unit, width, height, queries }: About, usual: number): P {
  return panel.title(title).description(description).unit(unit).span(width).height(height ?? usual).targets([...queries]);
}

/** From which value on which colour holds; the first from anywhere. */
export function steps(first: Colour, ...further: readonly (readonly [number, Colour])[]): ThresholdsConfigBuilder {
  const all: Threshold[] = [{ value: null, color: first }, ...further.map(([value, color]) => ({ value, color }))];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(all);
}

/** For what has no good and no bad. */
export const NO_STEPS = steps(COLOUR.none);
