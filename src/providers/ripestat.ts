import type { Provider } from "./provider.ts";

/**
 * Matches both wire formats on record: indented by four spaces (until mid-2025) and compact (since April 2026), with times as
 * unix seconds or as ISO. White space is bounded here, so that the match does not depend on the default bound.
 */
const GAP = "\\s{0,32}";
const TIME = '"?([0-9T:.-]{1,32})';

function member(key: string, value: string): string {
  return `"${key}":${GAP}${value}`;
}

/** Source: the RIPEstat documentation of bgp-updates, ris-asns and the rules of usage, and recorded answers of 2025 and 2026. */
export const ripestat: Provider = {
  name: "ripestat",
  rules: {
    name: "ripestat",
    title: "RIPEstat",
    maxInFlight: 8,
    sourceappRequired: { aboveRequestsADay: 1000 },
    // "Only data after January 2024 is indexed", July 2025.
    firstData: "2024-01-01",
    docs: "https://stat.ripe.net/docs/data-api/ripestat-data-api",
  },
  host: "stat.ripe.net:443",
  sourceappParameter: "sourceapp",
  baseUrl: "https://stat.ripe.net",
  lists: {
    "ris-asns": {
      url: "{base}/data/ris-asns/data.json?list_asns=true",
      // An integer between the brackets or commas of an array. Numbers in the envelope follow a colon, and the other arrays contain strings.
      pattern: `[\\[,]${GAP}([0-9]{1,10})(?=${GAP}[,\\]])`,
      prefix: "AS",
    },
  },
  preset: {
    window: { every: "24h", settle: "4h" },
    request: {
      // data_overload_limit=ignore: otherwise a large answer may be replaced by a warning.
      url: "{base}/data/bgp-updates/data.json?resource={target}&starttime={start}&endtime={end}&unix_timestamps=TRUE&data_overload_limit=ignore",
      timeFormat: "unix",
      compression: ["gzip"],
    },
    extract: {
      // What follows shows that the quote ends the type, and is no damaged character of it or of the next field.
      pattern: `${member("timestamp", TIME)}"?,${GAP}${member("type", `"([A-Za-z]{1,16})"(?=${GAP}[,}])`)}`,
      time: "unix",
      declared: member("nr_updates", "([0-9]{1,15})"),
      target: member("resource", '"([^"]{1,100})"'),
      // A recorded answer about AS3333 calls it "3333".
      targetPrefix: "AS",
      // The reason is in `messages`, before or after `status`: whichever comes first marks the answer.
      error: `\\[${GAP}"error",${GAP}"([^"]{1,300})|${member("status", '"error"')}`,
      maintenance: member("data_call_status", '"maintenance'),
      queryStart: member("query_starttime", TIME),
      queryEnd: member("query_endtime", TIME),
      continuation: member("see_also", `\\[${GAP}"([^"]{1,2048})"`),
      queryId: member("query_id", '"([0-9A-Za-z-]{1,100})"'),
    },
    host: { inFlight: 8 },
    // The RIS beacons announce and withdraw on a fixed schedule every day.
    canaries: { targets: ["AS12654"], every: "1m" },
  },
};
