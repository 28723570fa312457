import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { ChartData, ChartName } from "../report-data.ts";
import { optionOf } from "./option-of.ts";

/** The script of a report's page: it draws each chart into its element. */
use([BarChart, LineChart, ScatterChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

const data = JSON.parse(document.getElementById("report-data")!.textContent) as ChartData;
for (const place of document.querySelectorAll<HTMLElement>("[data-chart]")) draw(place);

function draw(place: HTMLElement): void {
  const option = optionOf(place.dataset["chart"] as ChartName, data, Number(place.dataset["sweep"]));
  if (option === null) {
    place.hidden = true;
    return;
  }
  const chart = init(place, null, { renderer: "svg" });
  chart.setOption(option);
  scalable(place);
  new ResizeObserver(() => {
    // For print the drawing is scaled instead: there is no time to draw it again.
    if (matchMedia("print").matches) return;
    chart.resize();
    scalable(place);
  }).observe(place);
}

/** With a viewBox, a drawing shrinks to the width of the paper instead of being cut. */
function scalable(place: HTMLElement): void {
  const svg = place.querySelector("svg");
  svg?.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`);
}
