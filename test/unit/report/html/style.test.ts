import { describe, expect, test } from "vitest";
import { STYLE } from "../../../../src/report/html/style.ts";

type Palette = Readonly<Record<string, string>>;

const [light, dark] = [...STYLE.matchAll(/:root \{([^}]*)\}/g)].map(([, block]): Palette => Object.fromEntries([...block!.matchAll(/--(\w+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name!, value!])));

/** As WCAG 2 defines it: from 1 to 21. */
function contrast(one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe.each([
  { scheme: "the light scheme", palette: light! },
  { scheme: "the dark scheme", palette: dark! },
])("in $scheme", ({ palette }) => {
  test.each(["ground", "card"])("text can be read on the %s", (under) => {
    for (const colour of ["ink", "dim"]) expect(contrast(palette[colour]!, palette[under]!), colour).toBeGreaterThanOrEqual(4.5);
  });

  test("codes can be read on their background", () => {
    expect(contrast(palette["ink"]!, palette["faint"]!)).toBeGreaterThanOrEqual(4.5);
  });

  test("the large words of the verdict and the colours of charts have enough contrast", () => {
    for (const colour of ["blue", "teal", "amber", "red", "green", "violet", "grey"]) {
      for (const under of ["ground", "card"]) expect(contrast(palette[colour]!, palette[under]!), `${colour} on ${under}`).toBeGreaterThanOrEqual(3);
    }
  });
});

test("both schemes have the same colours", () => {
  expect(Object.keys(dark!)).toEqual(Object.keys(light!));
});
