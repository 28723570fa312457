import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { codes, readPage } from "../../support/docs/page.ts";
import { ROOT } from "../../support/root.ts";

const PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "charts/sluice/README.md", ...pagesIn("docs"), ...pagesIn("docs/runbooks"), ...pagesIn("docs/decisions")];

function pagesIn(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder)).filter((name) => name.endsWith(".md")).map((name) => `${folder}/${name}`);
}

/** GitHub's rule for the anchor of a heading. */
function anchorsOf(page: string): string[] {
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map((match) => match[1]!);
  return headings.map((heading) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-"));
}

/** The links of a page that lead into this project, pictures and the sources of a <picture> among them. */
function linksOf(name: string): { readonly link: string; readonly target: string; readonly anchor: string | undefined }[] {
  const page = readPage(name);
  const links = [...page.matchAll(/\]\(([^)]+)\)|(?:src|srcset)="([^"]+)"/g)].map((match) => match[1] ?? match[2]!);
  return links
    .filter((link) => !/^https?:/.test(link))
    .map((link) => {
      const [file = "", anchor] = link.split("#");
      return { link, target: file === "" ? name : path.join(path.dirname(name), file), anchor };
    });
}

describe("every link leads somewhere", () => {
  test.each(PAGES)("in %s", (name) => {
    const broken = linksOf(name).filter(({ target, anchor }) => {
      if (!existsSync(path.join(ROOT, target))) return true;
      return anchor !== undefined && !anchorsOf(readPage(target)).includes(anchor);
    });
    expect(broken.map(({ link }) => link)).toEqual([]);
  });
});

describe("every file that a page names exists", () => {
  test.each(PAGES.filter((name) => name !== "CHANGELOG.md"))("in %s", (name) => {
    const named = codes(readPage(name)).filter((code) => /^(?:src|test|bench|charts|docs|examples)\/[\w./-]+$/.test(code));
    expect(named.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });
});

test("the README leads to the index", () => {
  expect(linksOf("README.md").map(({ target }) => target)).toContain("docs/README.md");
});

describe.each([
  { index: "docs/README.md", pages: ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...pagesIn("docs"), "docs/runbooks/README.md", "docs/decisions/README.md"] },
  { index: "docs/runbooks/README.md", pages: pagesIn("docs/runbooks") },
  { index: "docs/decisions/README.md", pages: pagesIn("docs/decisions") },
])("$index", ({ index, pages }) => {
  test("leads to every page", () => {
    const linked = linksOf(index).map(({ target }) => target);
    expect(pages.filter((page) => page !== index && !linked.includes(page))).toEqual([]);
  });
});

describe("a task of the index leads to the page", () => {
  const [tasks] = readPage("docs/README.md").split("## By reader");
  test.each(pagesIn("docs").filter((name) => name !== "docs/README.md"))("%s", (name) => {
    expect(tasks).toContain(`](${path.basename(name)})`);
  });
});
