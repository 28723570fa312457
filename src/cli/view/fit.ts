/** A line that the terminal would wrap is cut. Of one with colours only what is seen counts, and the colours stay whole. */
export function fit(line: string, columns: number): string {
  let seen = 0;
  return line.replace(/\u001b\[[0-9;]*m|[^]/gu, (part) => (part.startsWith("\u001b") || ++seen < columns ? part : ""));
}
