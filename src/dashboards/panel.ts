import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import { BigValueColorMode, BigValueGraphMode, BigValueTextMode, ReduceDataOptionsBuilder } from "@grafana/grafana-foundation-sdk/common";
import { type Threshold, ThresholdsConfigBuilder, ThresholdsMode, type Dashboard, DashboardBuilder, type Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TextBuilder, TextMode } from "@grafana/grafana-foundation-sdk/text";
import { COLOUR, type Colour, asNumbers, type Words } from "./colours.ts";

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

/* eslint-disable @typescript-eslint/no-deprecated -- The SDK would rather have its successor, which Grafana 10 to 12 do not read. */

/** The classic form of a dashboard. */
export type ClassicDashboard = Dashboard;

export function classicDashboard(title: string): DashboardBuilder {
  return new DashboardBuilder(title);
}

export interface Text {
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly markdown: string;
}

/** What is to be read, not measured. */
export function text({ title, description, width, height, markdown }: Text): TextBuilder {
  return new TextBuilder().title(title).description(description).span(width).height(height).mode(TextMode.Markdown).content(markdown);
}

export type PanelToLay = Builder<Panel>;

/** Panels under a heading, line by line. Each says how wide and high it is; the widths of a line add up to 24. */
export interface Section {
  /** Null for the first one: nothing stands above what is looked at first. */
  readonly title: string | null;
  readonly lines: readonly (readonly PanelToLay[])[];
}

export interface Stat extends About {
  readonly steps?: ThresholdsConfigBuilder;
  /** The value is the number of one of these. */
  readonly words?: Words;
  /** What stands there when nothing is known. */
  readonly noValue?: string;
  readonly decimals?: number;
  /** Also says which series each value is of. */
  readonly named?: boolean;
}

/** The last value of each series: of queries over time also that of a sweep that is not told of any more. */
export function stat({ steps = NO_STEPS, words, noValue = "–", decimals, named = false, ...about }: Stat): StatBuilder {
  const panel = described(new StatBuilder(), about, 4)
    .thresholds(steps)
    .noValue(noValue)
    .colorMode(words === undefined ? BigValueColorMode.Value : BigValueColorMode.BackgroundSolid)
    .graphMode(BigValueGraphMode.None)
    .textMode(named ? BigValueTextMode.ValueAndName : BigValueTextMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("").values(false));
  if (words !== undefined) panel.mappings([asNumbers(words)]);
  if (decimals !== undefined) panel.decimals(decimals);
  return panel;
}
