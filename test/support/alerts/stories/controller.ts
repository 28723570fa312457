import { type AlertStories, controllerSeries, OTHER_POD } from "../story.ts";

const LEADER = "sluice_leader";
const ERRORS = ["sluice_reconcile_errors_total", { kind: "sweep" }] as const;
const REFUSED = ["sluice_api_requests_total", { verb: "create", resource: "jobs", code: "403" }] as const;

export const CONTROLLER: Readonly<Record<string, AlertStories>> = {
  SluiceNoLeader: {
    severity: "critical",
    fires: {
      "when neither of two leads": { series: { [controllerSeries(LEADER)]: "1x30 0x100", [controllerSeries(LEADER, {}, OTHER_POD)]: "0x100" }, at: "37m", labels: { namespace: "sluice" }, summary: "No controller in sluice leads, so no Sweep starts or is reported." },
      "when another release has one that leads": {
        series: { [controllerSeries(LEADER)]: "0x100", 'sluice_leader{namespace="other",pod="sluice-7d9f8b6c5-aaaaa"}': "1x100", 'sluice_leader{namespace="sluice",pod="sluice-lab-7d9f8b6c5-aaaaa"}': "1x100" },
        at: "10m",
        labels: { namespace: "sluice" },
        summary: "No controller in sluice leads, so no Sweep starts or is reported.",
      },
      "sooner with a smaller value": { series: { [controllerSeries(LEADER)]: "0x100" }, at: "3m", alerts: { noLeader: { for: "2m" } }, labels: { namespace: "sluice" }, summary: "No controller in sluice leads, so no Sweep starts or is reported." },
    },
    isQuiet: {
      "when the standby leads after four minutes": { series: { [controllerSeries(LEADER)]: "1x30 0x100", [controllerSeries(LEADER, {}, OTHER_POD)]: "0x34 1x100" }, at: "34m" },
      "when one of two leads": { series: { [controllerSeries(LEADER)]: "1x100", [controllerSeries(LEADER, {}, OTHER_POD)]: "0x100" }, at: "1h" },
    },
  },

  SluiceMetricsGone: {
    severity: "critical",
    fires: {
      "when no controller is there": { series: { [controllerSeries(LEADER)]: "1x30 stale" }, at: "47m", labels: { namespace: "sluice" }, summary: "Prometheus has no metrics of the controller in sluice." },
      "when only another release's is there": { series: { 'sluice_leader{namespace="other",pod="sluice-7d9f8b6c5-aaaaa"}': "1x100" }, at: "17m", labels: { namespace: "sluice" }, summary: "Prometheus has no metrics of the controller in sluice." },
    },
    isQuiet: {
      "when it is back after ten minutes": { series: { [controllerSeries(LEADER)]: "1x30 stale", [controllerSeries(LEADER, {}, OTHER_POD)]: "_x41 1x100" }, at: "40m" },
      "with an hour as value": { series: { [controllerSeries(LEADER)]: "1x30 stale" }, at: "1h20m", alerts: { metricsGone: { for: "1h" } } },
    },
  },

  SluiceControllerErrors: {
    severity: "warning",
    fires: {
      "when a reconcile fails every two minutes for three quarters of an hour": { series: { [controllerSeries(...ERRORS)]: "0+0.5x300" }, at: "46m", labels: { namespace: "sluice", kind: "sweep" }, summary: "The controller in sluice failed to reconcile a sweep 7.5 times in 15 minutes." },
    },
    isQuiet: {
      "when the API server was away for ten minutes": { series: { [controllerSeries(...ERRORS)]: "0x30 0+20x10 200x300" }, at: "1h5m" },
      "with an error every ten minutes": { series: { [controllerSeries(...ERRORS)]: "0+0.1x300" }, at: "2h" },
      "with ten errors as value": { series: { [controllerSeries(...ERRORS)]: "0+0.5x300" }, at: "2h", alerts: { controllerErrors: { errors: 10 } } },
    },
  },

  SluiceControllerDeaf: {
    severity: "warning",
    fires: {
      "when the standby hears nothing for over five minutes": {
        series: { [controllerSeries("sluice_sync_age_seconds")]: "20x100", [controllerSeries("sluice_sync_age_seconds", {}, OTHER_POD)]: "0+60x100" },
        at: "12m",
        labels: { namespace: "sluice", pod: OTHER_POD },
        summary: `The controller sluice/${OTHER_POD} has received nothing from the API server for 12m 0s.`,
      },
    },
    isQuiet: {
      "when it hears again after five minutes": { series: { [controllerSeries("sluice_sync_age_seconds")]: "0+60x6 0x100" }, at: "12m" },
      "with a quarter of an hour as value": { series: { [controllerSeries("sluice_sync_age_seconds")]: "0+60x100" }, at: "15m", alerts: { controllerDeaf: { seconds: 900 } } },
    },
  },

  SluiceApiRefused: {
    severity: "warning",
    fires: {
      "when it may not make Jobs": { series: { [controllerSeries(...REFUSED)]: "1+1x300" }, at: "20m", labels: { namespace: "sluice", verb: "create", resource: "jobs" }, summary: "The API server forbids the controller in sluice to create jobs." },
    },
    isQuiet: {
      "when a namespace that is being deleted refused it once": { series: { [controllerSeries(...REFUSED)]: "0x30 3x300" }, at: "44m" },
      "when an object does not exist": { series: { [controllerSeries("sluice_api_requests_total", { verb: "get", resource: "jobs", code: "404" })]: "1+1x300" }, at: "2h" },
      "with an hour as value": { series: { [controllerSeries(...REFUSED)]: "1+1x300" }, at: "50m", alerts: { apiRefused: { for: "1h" } } },
    },
  },
};
