/**
 * Colours are CSS variables of the page, so that the charts follow the reader's scheme and print without being redrawn.
 * ECharts cannot compute with variables: no emphasis, no gradients, no labels inside bars.
 */
export const COLOUR = {
  ink: "var(--ink)",
  dim: "var(--dim)",
  line: "var(--line)",
  card: "var(--card)",
  blue: "var(--blue)",
  teal: "var(--teal)",
  amber: "var(--amber)",
  red: "var(--red)",
  green: "var(--green)",
  violet: "var(--violet)",
  grey: "var(--grey)",
} as const;

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** What all charts have in common. */
export const LOOKS = {
  animation: false,
  useUTC: true,
  textStyle: { fontFamily: FONT, fontSize: 12, color: COLOUR.dim },
  grid: { left: 4, right: 12, top: 12, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
  tooltip: {
    trigger: "axis",
    confine: true,
    transitionDuration: 0,
    backgroundColor: COLOUR.card,
    borderColor: COLOUR.line,
    borderWidth: 1,
    padding: [6, 10],
    textStyle: { color: COLOUR.ink, fontSize: 12, fontFamily: FONT },
    axisPointer: { type: "line", lineStyle: { color: COLOUR.grey, type: "solid", width: 1 } },
    extraCssText: "box-shadow: 0 2px 8px rgb(0 0 0 / .15); border-radius: 6px;",
  },
} as const;

/** The symbols of the legend. */
const ICONS = { line: "path://M0,0H14V2H0Z", dashes: "path://M0,0H5V2H0ZM9,0H14V2H9Z", point: "circle", triangle: "triangle", bar: "roundRect" } as const;

/** A legend above the chart. */
export function named(names: readonly { readonly name: string; readonly icon: keyof typeof ICONS }[]) {
  return {
    grid: { ...LOOKS.grid, top: 36 },
    legend: {
      data: names.map(({ name, icon }) => ({ name, icon: ICONS[icon] })),
      top: 0,
      left: 0,
      itemWidth: 14,
      itemHeight: 8,
      itemGap: 16,
      textStyle: { color: COLOUR.dim, fontSize: 12 },
      selectedMode: false,
    },
  } as const;
}

interface ValueAxis {
  readonly label: (value: number) => string;
}

const AXIS_LABEL = { color: COLOUR.dim, fontSize: 11, hideOverlap: true } as const;

/** An axis upwards from zero. */
export function valueAxis({ label }: ValueAxis) {
  return {
    type: "value",
    min: 0,
    splitNumber: 4,
    axisLabel: { ...AXIS_LABEL, formatter: label },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: COLOUR.line, width: 1 } },
  } as const;
}

/** From `start` to `end`, in seconds; ECharts counts milliseconds. */
export function timeAxis(start: number, end: number) {
  return {
    type: "time",
    min: start * 1000,
    max: end * 1000,
    axisLabel: AXIS_LABEL,
    axisLine: { lineStyle: { color: COLOUR.grey } },
    axisTick: { lineStyle: { color: COLOUR.grey } },
    splitLine: { show: false },
    splitNumber: 4,
  } as const;
}

/** @param ticks positions of the ticks; left to ECharts if absent */
export function numberAxis(min: number, max: number, label: (value: number) => string, ticks?: readonly number[]) {
  const at = ticks === undefined ? {} : { customValues: ticks };
  return {
    type: "value",
    min,
    max,
    axisLabel: { ...AXIS_LABEL, ...at, formatter: label },
    axisLine: { show: true, onZero: false, lineStyle: { color: COLOUR.grey } },
    axisTick: { ...at, show: true, lineStyle: { color: COLOUR.grey } },
    splitLine: { show: false },
  };
}

export const STILL = { silent: true, emphasis: { disabled: true } } as const;
