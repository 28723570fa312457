import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** A source file as the rules of layout see it. Paths are relative to the project, with slashes. */
export interface SourceFile {
  readonly lines: number;
  /** The project's own files that it imports. */
  readonly imports: readonly { readonly file: string; readonly names: readonly string[] }[];
  readonly exports: readonly string[];
}

export type Sources = ReadonlyMap<string, SourceFile>;

const SOURCE = /\.(ts|js)$/;

/** Every source file below these folders. */
export function readSources(root: string, ...folders: readonly string[]): Sources {
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
      .map((name) => path.posix.join(folder, name.replaceAll(path.sep, "/")))
      .filter((name) => SOURCE.test(name) && !name.includes("node_modules")),
  );
  return new Map(files.map((file) => [file, readSource(file, readFileSync(path.join(root, file), "utf8"))]));
}

export function readSource(file: string, text: string): SourceFile {
  const imports: { file: string; names: string[] }[] = [];
  const exports: string[] = [];
  const add = (specifier: string, names: string[]): void => {
    if (specifier.startsWith(".")) imports.push({ file: path.posix.join(path.posix.dirname(file), specifier), names });
  };
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)) add(statement.moduleSpecifier.text, namesOf(statement));
    else exports.push(...exportedBy(statement));
  }
  // What is loaded late or by its type alone: import("./x.ts").
  for (const [, specifier] of text.matchAll(/\bimport\("([^"]+)"\)/g)) add(specifier!, ["*"]);
  return { lines: text.split("\n").length - 1, imports, exports };
}

function namesOf({ importClause }: ts.ImportDeclaration): string[] {
  const bindings = importClause?.namedBindings;
  if (bindings === undefined) return [];
  return ts.isNamespaceImport(bindings) ? ["*"] : bindings.elements.map(({ propertyName, name }) => (propertyName ?? name).text);
}

function exportedBy(statement: ts.Statement): string[] {
  if (!ts.canHaveModifiers(statement) || ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) !== true) return [];
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  const { name } = statement as ts.Statement & { readonly name?: ts.Identifier };
  return name === undefined ? [] : [name.text];
}

/** The circles of imports, each once, with its files in the order of their names. */
export function circles(sources: Sources): string[][] {
  const reach = new Map([...sources.keys()].map((file) => [file, reachedFrom(file, sources)]));
  const found = new Map<string, string[]>();
  for (const [file, reached] of reach) {
    if (!reached.has(file)) continue;
    const circle = [...reached].filter((other) => reach.get(other)?.has(file) === true).sort();
    found.set(circle.join(" "), circle);
  }
  return [...found.values()];
}

function reachedFrom(file: string, sources: Sources): Set<string> {
  const reached = new Set<string>();
  const open = [file];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const imported of sources.get(next)?.imports ?? []) {
      if (!sources.has(imported.file) || reached.has(imported.file)) continue;
      reached.add(imported.file);
      open.push(imported.file);
    }
  }
  return reached;
}

/** Files below `lines` lines that only one other file imports: they belong inside it. */
export function fragments(sources: Sources, lines: number): string[] {
  return [...sources].flatMap(([file, source]) => {
    const importers = [...sources].filter(([, other]) => other.imports.some((imported) => imported.file === file));
    return source.lines < lines && importers.length === 1 ? [`${file} (${source.lines} lines) belongs inside ${importers[0]![0]}`] : [];
  });
}

/** Exports of `folder` that no other file imports by name. */
export function unusedExports(sources: Sources, folder: string): string[] {
  const used = new Map<string, Set<string>>();
  for (const { imports } of sources.values()) {
    for (const { file, names } of imports) used.set(file, new Set([...(used.get(file) ?? []), ...names]));
  }
  return [...sources].flatMap(([file, { exports }]) => {
    const names = used.get(file) ?? new Set();
    return !file.startsWith(`${folder}/`) || names.has("*") ? [] : exports.filter((name) => !names.has(name)).map((name) => `${file}: ${name}`);
  });
}
