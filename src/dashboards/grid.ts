import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { type Panel, RowBuilder, type RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Section } from "./section.ts";

export type Laid = { readonly row: Builder<RowPanel> } | { readonly panel: Builder<Panel> };

/** Sections one below the other, with a number for each panel and a letter for each of its queries. */
export function laid(sections: readonly Section[]): readonly Laid[] {
  const all: Laid[] = [];
  let y = 0;
  for (const { title, lines } of sections) {
    if (title !== null) {
      all.push({ row: new RowBuilder(title).id(all.length + 1).gridPos({ x: 0, y, w: 24, h: 1 }) });
      y += 1;
    }
    for (const line of lines) {
      let [x, height] = [0, 0];
      for (const each of line) {
        const panel = each.build();
        const { w, h } = panel.gridPos!;
        const built: Panel = { ...panel, id: all.length + 1, gridPos: { x, y, w, h }, ...asking(panel) };
        all.push({ panel: { build: () => built } });
        x += w;
        height = Math.max(height, h);
      }
      y += height;
    }
  }
  return all;
}

/** With a letter for each query, and their data source said of the panel too: where it is not, Grafana 10 asks its default one. */
function asking({ targets }: Panel): Partial<Panel> {
  if (targets === undefined) return {};
  const [first] = targets as unknown as readonly [{ readonly datasource: NonNullable<Panel["datasource"]> }];
  return { datasource: first.datasource, targets: targets.map((query, index) => Object.assign(query, { refId: String.fromCharCode(65 + index) })) };
}
