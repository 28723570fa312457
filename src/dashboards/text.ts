import { PanelBuilder, TextMode } from "@grafana/grafana-foundation-sdk/text";

export interface Text {
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly markdown: string;
}

/** What is to be read, not measured. */
export function text({ title, description, width, height, markdown }: Text): PanelBuilder {
  return new PanelBuilder().title(title).description(description).span(width).height(height).mode(TextMode.Markdown).content(markdown);
}
