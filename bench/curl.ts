import { runClient } from "./client-run.ts";
import { AT_ONCE, type Peer } from "./peer.ts";
import type { Serving } from "./serving.ts";

/** Only fetches and inflates. */
export const curlToNowhere: Peer = {
  name: "curl to nowhere",
  async run(serving) {
    const wanted = urlsOf(serving).flatMap((url) => ["-o", "/dev/null", url]);
    const run = await runClient(["curl", ...curlFlags(serving), "--parallel", "--parallel-max", String(AT_ONCE), ...wanted], {});
    return { ...run, matches: null };
  },
};

/** Each answer is one line, and rg holds whole lines: its memory grows with the answer. */
export const curlToRg: Peer = {
  name: "curl | rg",
  async run(serving) {
    const run = await runClient(["/bin/sh", "-c", PIPELINES, "pipelines", PATTERN, curlFlags(serving).join(" "), ...urlsOf(serving)], {});
    return { ...run, matches: run.stdout.trim().split("\n").reduce((sum, count) => sum + Number(count), 0) };
  },
};

const PATTERN = '"timestamp":\\s*\\d+,\\s*"type":\\s*"[A-Za-z]+"';

/** All at once: there are at most sixteen. */
const PIPELINES = 'pattern=$1; flags=$2; shift 2; for url; do curl $flags "$url" | rg --text --count-matches "$pattern" & done; wait';

function curlFlags({ protocol, caFile }: Serving): string[] {
  return ["--no-progress-meter", "--fail", ...(protocol === "HTTPS and gzip" ? ["--compressed"] : []), ...(caFile === null ? [] : ["--cacert", caFile])];
}

function urlsOf({ url, targets }: Serving): string[] {
  return targets.map((target) => url.replace("{target}", target));
}
