import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readPage } from "../../support/docs/page.ts";
import { ROOT } from "../../support/root.ts";

const PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...pagesIn("docs"), "docs/runbooks/README.md"];
/** Found from their index. */
const RUNBOOKS = pagesIn("docs/runbooks").filter((name) => !PAGES.includes(name));

function pagesIn(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder)).filter((name) => name.endsWith(".md")).map((name) => `${folder}/${name}`);
}

/** As the usual hosts make an anchor of a heading. */
function anchorsOf(page: string): string[] {
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map((match) => match[1]!);
  return headings.map((heading) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-"));
}

describe("links lead somewhere", () => {
  test.each([...PAGES, "charts/sluice/README.md", ...RUNBOOKS])("in %s", (name) => {
    const links = [...readPage(name).matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1]!).filter((link) => !/^https?:/.test(link));
    const lost = links.filter((link) => {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? name : path.join(path.dirname(name), file);
      if (!existsSync(path.join(ROOT, target))) return true;
      return anchor !== undefined && !anchorsOf(readPage(target)).includes(anchor);
    });
    expect(lost).toEqual([]);
  });

  test("from the README to every page", () => {
    const readme = readPage("README.md");
    expect(PAGES.filter((name) => name !== "README.md" && !readme.includes(`](${name})`))).toEqual([]);
  });
});
