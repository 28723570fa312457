import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import { type Panel, type Threshold, ThresholdsConfigBuilder, ThresholdsMode } from "@grafana/grafana-foundation-sdk/dashboard";
import { COLOUR, type Colour } from "./colours.ts";

/** What every panel has. */
export interface PanelSpec {
  readonly title: string;
  /** What it shows, and what to do if the value is bad. */
  readonly description: string;
  /** Grafana's name of the unit: `s`, `bytes`, `percentunit`, `none` for a count. */
  readonly unit: string;
  /** In 24ths of the width. */
  readonly width: number;
  /** In Grafana's rows; absent: the usual height of this kind of panel. */
  readonly height?: number;
  readonly queries: readonly Builder<Dataquery>[];
}

/** What the SDK's panel builders have in common; they share no type. */
interface PanelBuilder {
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  span(width: number): this;
  height(height: number): this;
  targets(queries: Builder<Dataquery>[]): this;
}

export function withSpec<P extends PanelBuilder>(panel: P, { title, description, unit, width, height, queries }: PanelSpec, usualHeight: number): P {
  return panel.title(title).description(description).unit(unit).span(width).height(height ?? usualHeight).targets([...queries]);
}

/** The colour of all values, and of those from a value upwards. */
export function thresholds(first: Colour, ...further: readonly (readonly [number, Colour])[]): ThresholdsConfigBuilder {
  const all: Threshold[] = [{ value: null, color: first }, ...further.map(([value, color]) => ({ value, color }))];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(all);
}

/** For values that are neither good nor bad. */
export const NO_THRESHOLDS = thresholds(COLOUR.none);

/** Panels below a heading, line by line. The widths of a line add up to 24. */
export interface Section {
  /** Null for the first section of a dashboard, which needs no heading. */
  readonly title: string | null;
  readonly lines: readonly (readonly Builder<Panel>[])[];
}
