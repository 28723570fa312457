import { describe, expect, test } from "vitest";
import { controllerSettings } from "../../../src/bin/controller-settings.ts";
import { SpecError } from "../../../src/model/errors.ts";

const CHART = {
  POD_NAMESPACE: "sluice",
  POD_NAME: "sluice-1",
  POD_UID: "0b1f",
  SLUICE_NAMESPACES: "",
  SLUICE_LEASE: "sluice",
  SLUICE_PORT: "8080",
  SLUICE_LOG_LEVEL: "info",
  SLUICE_IMAGE: "registry.example/sluice:1",
  SLUICE_IMAGE_PULL_POLICY: "IfNotPresent",
  KUBERNETES_SERVICE_HOST: "10.96.0.1",
  KUBERNETES_SERVICE_PORT: "443",
};

describe("what the chart's Deployment says", () => {
  test("is read", () => {
    expect(controllerSettings(CHART)).toEqual({
      namespace: "sluice",
      podName: "sluice-1",
      podUid: "0b1f",
      lease: "sluice",
      namespaces: [],
      port: 8080,
      logLevel: "info",
      account: { folder: "/var/run/secrets/kubernetes.io/serviceaccount", host: "10.96.0.1", port: "443" },
      workers: { image: "registry.example/sluice:1", imagePullPolicy: "IfNotPresent", pullSecrets: [] },
    });
  });

  test("may name namespaces, secrets, a proxy and a CA for the pods", () => {
    const { namespaces, workers } = controllerSettings({
      ...CHART,
      SLUICE_NAMESPACES: "bgp, lab",
      SLUICE_WORKER_PULL_SECRETS: "registry",
      SLUICE_WORKER_HTTPS_PROXY: "http://proxy:3128",
      SLUICE_WORKER_NO_PROXY: ".svc",
      SLUICE_WORKER_HTTP_PROXY: "",
      SLUICE_WORKER_CA_CONFIGMAP: "cas",
      SLUICE_WORKER_CA_KEY: "bundle.pem",
      SLUICE_WORKER_SCRAPE_ANNOTATIONS: "true",
    });
    expect(namespaces).toEqual(["bgp", "lab"]);
    expect(workers).toMatchObject({ pullSecrets: ["registry"], httpsProxy: "http://proxy:3128", noProxy: ".svc", ca: { configMap: "cas", key: "bundle.pem" }, scrapeAnnotations: true });
    expect(workers).not.toHaveProperty("httpProxy");
  });

  test.each(["POD_NAMESPACE", "POD_NAME", "POD_UID", "SLUICE_LEASE", "SLUICE_PORT", "SLUICE_IMAGE", "KUBERNETES_SERVICE_HOST"])("%s has to be set", (name) => {
    expect(() => controllerSettings({ ...CHART, [name]: undefined })).toThrow(new SpecError(`${name} is not set; the chart's Deployment sets it.`));
  });

  test.each([
    [{ SLUICE_PORT: "http" }, "SLUICE_PORT is http; it must be a port between 0 and 65535."],
    [{ SLUICE_PORT: "70000" }, "SLUICE_PORT is 70000; it must be a port between 0 and 65535."],
    [{ SLUICE_LOG_LEVEL: "verbose" }, "SLUICE_LOG_LEVEL is verbose; it must be one of trace, debug, info, warn, error."],
  ])("%o is refused", (wrong, sentence) => {
    expect(() => controllerSettings({ ...CHART, ...wrong })).toThrow(new SpecError(sentence));
  });

  test("a pull policy that Kubernetes does not know is refused", () => {
    expect(() => controllerSettings({ ...CHART, SLUICE_IMAGE_PULL_POLICY: "Sometimes" })).toThrow("SLUICE_IMAGE_PULL_POLICY is Sometimes; it must be one of Always, IfNotPresent, Never.");
  });
});
