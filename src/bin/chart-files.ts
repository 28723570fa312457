import { createHash } from "node:crypto";
import { stringify } from "yaml";
import { dashboards } from "../dashboards/dashboards.ts";
import { customResourceDefinitions, type CustomResourceDefinition } from "../model/schema/definitions.ts";

/** All generated files below charts/sluice. */
export function chartFiles(): readonly ChartFile[] {
  return [...chartDefinitions(), ...chartDashboards()];
}

/** The dashboards, which the chart puts into ConfigMaps and a person may import. */
export function chartDashboards(): readonly ChartFile[] {
  return Object.entries(dashboards()).map(([name, dashboard]) => ({ path: `dashboards/${name}.json`, text: `${JSON.stringify(dashboard, null, 2)}\n` }));
}

interface ChartFile {
  /** Below charts/sluice. */
  readonly path: string;
  readonly text: string;
}

/** The CustomResourceDefinitions as templates of the chart. */
export function chartDefinitions(): readonly ChartFile[] {
  return customResourceDefinitions().map((definition) => ({ path: `templates/crds/${definition.spec.names.plural}.yaml`, text: template(definition) }));
}

function template({ apiVersion, kind, metadata, spec }: CustomResourceDefinition): string {
  const body = stringify({ spec }, { lineWidth: 0, aliasDuplicateObjects: false });
  if (body.includes("{{")) throw new Error(`${metadata.name} holds {{, which helm would take for a template`);
  const schema = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return `{{- /* Made from src/model/schema by \`npm run charts\`; a test holds it to that. */ -}}
{{- $definition := dict "name" "${metadata.name}" "schema" "${schema}" }}
{{- if eq (include "sluice.crd.wanted" (merge $definition .)) "true" }}
apiVersion: ${apiVersion}
kind: ${kind}
metadata:
  name: ${metadata.name}
  labels:
    {{- include "sluice.labels" . | nindent 4 }}
  annotations:
    {{- include "sluice.crd.annotations" (merge $definition .) | nindent 4 }}
${body}{{- end }}
`;
}
