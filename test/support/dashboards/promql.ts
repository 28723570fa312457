/** What of a PromQL expression can be told without evaluating it. */
export interface Asked {
  readonly metrics: readonly Selector[];
  /** Labels that the result has been reduced to, or is matched or joined by. */
  readonly grouped: readonly string[];
  /** Labels that label_replace makes. */
  readonly made: readonly string[];
}

export interface Selector {
  readonly name: string;
  readonly matched: readonly string[];
}

const FUNCTIONS_AND_WORDS = new Set(["by", "on", "and", "or", "unless", "sum", "max", "min", "count", "topk", "rate", "increase", "histogram_quantile", "label_replace", "vector", "time", "last_over_time"]);

export function asked(expr: string): Asked {
  const lists = [...expr.matchAll(/\b(?:by|on)\s*\(([^)]*)\)/g)].map((match) => match[1]!);
  const made = [...expr.matchAll(/, "([a-z_]+)", "\$1", "[a-z_]+", "[^"]*"\)/g)].map((match) => match[1]!);
  const bare = expr.replace(/\b(?:by|on)\s*\([^)]*\)/g, " ").replace(/\[[^\]]*\]/g, " ");
  const withoutTexts = bare.replace(/"[^"]*"/g, '""');
  const metrics = [...withoutTexts.matchAll(/([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\{[^}]*\})?/g)]
    .filter((match) => !FUNCTIONS_AND_WORDS.has(match[1]!) && !isInsideBraces(withoutTexts, match.index))
    .map((match) => ({ name: match[1]!, matched: [...(match[2] ?? "").matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)].map((label) => label[1]!) }));
  return { metrics, grouped: [...new Set(lists.flatMap((list) => list.split(",").map((label) => label.trim()).filter((label) => label !== "")))], made: [...new Set(made)] };
}

/** The labels that series of the result have: those of the last reduction that is around everything, else all of the metric's. */
export function legendLabels(legend: string): string[] {
  return [...legend.matchAll(/\{\{\s*([a-z_]+)\s*\}\}/g)].map((match) => match[1]!);
}

function isInsideBraces(text: string, at: number): boolean {
  return text.lastIndexOf("{", at) > text.lastIndexOf("}", at);
}
