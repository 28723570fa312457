/** What can be read from a PromQL expression without evaluating it. */
export interface Asked {
  readonly metrics: readonly Selector[];
  /** Labels by which the result is grouped, matched or joined. */
  readonly grouped: readonly string[];
  /** Labels that label_replace makes. */
  readonly made: readonly string[];
}

export interface Selector {
  readonly name: string;
  readonly matched: readonly Matched[];
}

export interface Matched {
  readonly label: string;
  /** The values that it is compared with; none if it is a variable. */
  readonly words: readonly string[];
}

const FUNCTIONS_AND_WORDS = new Set(["by", "on", "and", "or", "unless", "sum", "max", "min", "count", "topk", "rate", "increase", "histogram_quantile", "label_replace", "vector", "time", "last_over_time"]);

export function asked(expr: string): Asked {
  const lists = [...expr.matchAll(/\b(?:by|on)\s*\(([^)]*)\)/g)].map((match) => match[1]!);
  const made = [...expr.matchAll(/, "([a-z_]+)", "\$1", "[a-z_]+", "[^"]*"\)/g)].map((match) => match[1]!);
  const bare = expr.replace(/\b(?:by|on)\s*\([^)]*\)/g, " ").replace(/\[[^\]]*\]/g, " ");
  const metrics = [...bare.matchAll(/"[^"]*"|([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\{[^}]*\})?/g)]
    .filter((match) => match[1] !== undefined && !FUNCTIONS_AND_WORDS.has(match[1]))
    .map((match) => ({ name: match[1]!, matched: matchedIn(match[2] ?? "") }));
  return { metrics, grouped: [...new Set(lists.flatMap((list) => list.split(",").map((label) => label.trim()).filter((label) => label !== "")))], made: [...new Set(made)] };
}

function matchedIn(braces: string): Matched[] {
  return [...braces.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g)].map((match) => ({ label: match[1]!, words: match[2]!.startsWith("$") ? [] : match[2]!.split("|") }));
}

/** The labels in a legend. */
export function legendLabels(legend: string): string[] {
  return [...legend.matchAll(/\{\{\s*([a-z_]+)\s*\}\}/g)].map((match) => match[1]!);
}
