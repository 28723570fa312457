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
        const built: Panel = { ...panel, id: all.length + 1, gridPos: { x, y, w, h }, ...(panel.targets === undefined ? {} : { targets: lettered(panel.targets) }) };
        all.push({ panel: { build: () => built } });
        x += w;
        height = Math.max(height, h);
      }
      y += height;
    }
  }
  return all;
}

function lettered(queries: NonNullable<Panel["targets"]>): NonNullable<Panel["targets"]> {
  return queries.map((query, index) => Object.assign(query, { refId: String.fromCharCode(65 + index) }));
}
