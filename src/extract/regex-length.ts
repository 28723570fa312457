import type { RegexTree } from "./regex-tree.ts";

/** In characters, which are bytes. `reach` is how far from its start it reads, including look-ahead and the character after a \b. */
interface RegexLength {
  readonly min: number;
  readonly max: number;
  readonly reach: number;
}

const NOTHING: RegexLength = { min: 0, max: 0, reach: 0 };

export function lengthOf(tree: RegexTree): RegexLength {
  switch (tree.kind) {
    case "letter":
      return { min: 1, max: 1, reach: 1 };
    case "sequence":
      return tree.items.map(lengthOf).reduce(after, NOTHING);
    case "choice":
      return tree.options.map(lengthOf).reduce((one, other) => ({
        min: Math.min(one.min, other.min),
        max: Math.max(one.max, other.max),
        reach: Math.max(one.reach, other.reach),
      }));
    case "group":
      return lengthOf(tree.body);
    case "repeat": {
      const once = lengthOf(tree.body);
      if (tree.max === 0) return NOTHING;
      return { min: once.min * tree.min, max: times(once.max, tree.max), reach: times(once.max, tree.max - 1) + once.reach };
    }
    case "look-ahead":
      return { min: 0, max: 0, reach: lengthOf(tree.body).reach };
    case "word-edge":
      return { min: 0, max: 0, reach: 1 };
    case "back-reference":
      // Before its group is set it matches the empty text.
      return { min: 0, max: tree.longest, reach: tree.longest };
  }
}

function after(before: RegexLength, item: RegexLength): RegexLength {
  return { min: before.min + item.min, max: before.max + item.max, reach: Math.max(before.reach, before.max + item.reach) };
}

/** 0 × Infinity is 0 here. */
function times(length: number, count: number): number {
  return length === 0 || count === 0 ? 0 : length * count;
}
