/** How an uncaught error, or V8, begins the line that says what was wrong. */
const ERROR_LINE = /^(?:Uncaught )?(?:[\w.]*(?:Error|Exception)(?: \[\w+\])?|FATAL ERROR): ./;

/** What Node writes around it: frames, marks under the source, the fields of the error, its version. */
const NOISE = /^(?:at .*|Node\.js v.*|[\^~]+|[{}[\]],?|throw .*|\[?\w+\]?: .*(?:,|')|node:\S+:\d+|\S*:\d+)$/;

const LONGEST = 300;

/** Of a program's last lines the one that says why it ended, at most 300 characters; "" where there is none. */
export function tellingLine(lastLines: string): string {
  const lines = lastLines.split("\n").map(said).map(oneLine).filter((line) => line !== "");
  const telling = lines.findLast((line) => ERROR_LINE.test(line)) ?? lines.findLast((line) => !NOISE.test(line)) ?? lines.at(-1) ?? "";
  return telling.length <= LONGEST ? telling : `${telling.slice(0, LONGEST - 1)}…`;
}

/** Where a pod wrote no message, Kubernetes gives the last lines of its log: of those the sentence counts. */
function said(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    const { msg } = JSON.parse(line) as { readonly msg?: unknown };
    return typeof msg === "string" ? msg : line;
  } catch {
    return line;
  }
}

/** Each stretch of white space as one blank, none at the ends. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
