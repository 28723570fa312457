import { isAlias, isMap, isNode, isScalar, isSeq, type Document, type LineCounter } from "yaml";

/** The line on which the field at `path` stands; where the path ends early, the line of what there is of it. */
export function lineOf(path: readonly PropertyKey[], document: Document, lines: LineCounter): number {
  let node: unknown = document.contents;
  let line = startLine(node, lines) ?? 1;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      // Of a double key the last one is read.
      const pair = node.items.findLast(({ key }) => (isScalar(key) ? String(key.value) : "") === String(step));
      if (pair === undefined) return line;
      line = startLine(pair.key, lines) ?? line;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      line = startLine(node, lines) ?? line;
    } else return line;
  }
  return line;
}

function startLine(node: unknown, lines: LineCounter): number | undefined {
  return isNode(node) && node.range != null ? lines.linePos(node.range[0]).line : undefined;
}
