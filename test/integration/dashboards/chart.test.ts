import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { DashboardJson } from "../../support/dashboards/panels.ts";
import { hasHelm } from "../../support/kube/programs.ts";
import { CHART, ofKind, render, type Rendered } from "../../support/kube/rendered-chart.ts";

interface ConfigMap extends Rendered {
  readonly data: Readonly<Record<string, string>>;
}

async function configMaps(values: object): Promise<ConfigMap[]> {
  return ofKind(await render({ dashboards: { enabled: true, ...values } }), "ConfigMap").map((object) => object as ConfigMap);
}

function firstChoices(maps: readonly ConfigMap[]): unknown[] {
  return maps.map(({ data }) => {
    const { templating } = JSON.parse(Object.values(data)[0]!) as DashboardJson & { templating: { list: readonly { current?: { value?: string } }[] } };
    return templating.list[0]!.current?.value;
  });
}

describe.skipIf(!hasHelm)("the chart's dashboards (need helm)", () => {
  test("are absent by default", async () => {
    expect(ofKind(await render(), "ConfigMap").filter(({ metadata }) => metadata.name.includes("dashboard"))).toEqual([]);
  });

  test("are one ConfigMap each, with the unchanged file", async () => {
    const maps = await configMaps({});
    expect(maps.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual(["sluice/sluice-dashboard-data", "sluice/sluice-dashboard-one-sweep", "sluice/sluice-dashboard-sweeps"]);
    for (const { metadata, data } of maps) {
      const name = metadata.name.replace("sluice-dashboard-", "");
      // Its legends contain braces that helm must not evaluate.
      expect(data).toEqual({ [`sluice-${name}.json`]: readFileSync(path.join(CHART, `dashboards/${name}.json`), "utf8") });
    }
  });

  test("have the label and the annotation for a sidecar", async () => {
    for (const { metadata } of await configMaps({})) {
      expect(metadata.labels).toMatchObject({ grafana_dashboard: "1", "app.kubernetes.io/name": "sluice" });
      expect(metadata.annotations).toEqual({ grafana_folder: "Sluice" });
    }
  });

  test("can have another namespace, other labels and another folder", async () => {
    const maps = await configMaps({ namespace: "monitoring", label: "boards", labelValue: "yes", folder: "Data team", folderAnnotation: "k8s-sidecar-target-directory", labels: { team: "data" }, annotations: { note: "x" } });
    expect(maps).toHaveLength(3);
    for (const { metadata } of maps) {
      expect(metadata.namespace).toBe("monitoring");
      expect(metadata.labels).toMatchObject({ boards: "yes", team: "data" });
      expect(metadata.labels).not.toHaveProperty("grafana_dashboard");
      expect(metadata.annotations).toEqual({ "k8s-sidecar-target-directory": "Data team", note: "x" });
    }
  });

  test("have no folder annotation without a folder", async () => {
    for (const { metadata } of await configMaps({ folder: "" })) expect(metadata.annotations).toBeUndefined();
  });

  test("start with the configured data source of their kind", async () => {
    expect(firstChoices(await configMaps({}))).toEqual([undefined, undefined, undefined]);
    const maps = await configMaps({ datasource: { prometheus: "thanos", postgres: 'a "quoted" one' } });
    expect(firstChoices(maps)).toEqual(['a "quoted" one', "thanos", "thanos"]);
    for (const { metadata, data } of maps) {
      const file = JSON.parse(readFileSync(path.join(CHART, `dashboards/${metadata.name.replace("sluice-dashboard-", "")}.json`), "utf8")) as DashboardJson;
      expect((JSON.parse(Object.values(data)[0]!) as DashboardJson).panels).toEqual(file.panels);
    }
  });

  test.for<[string, object, string]>([
    ["a misspelt field", { foldr: "x" }, "additional properties 'foldr' not allowed"],
    ["an invalid namespace", { namespace: "Monitoring" }, "at '/dashboards/namespace'"],
    ["no label at all", { label: "" }, "at '/dashboards/label'"],
    ["a number for the label's value", { labelValue: 1 }, "at '/dashboards/labelValue'"],
  ])("refuse %s", async ([, values, sentence]) => {
    await expect(render({ dashboards: { enabled: true, ...values } })).rejects.toThrow(sentence);
  });
});
