/** Which folder of src may import which: the table of docs/architecture.md, as lint reads it. */
export interface Folder {
  readonly name: string;
  readonly imports: readonly string[];
  /** Folders of which only types may be imported. */
  readonly types?: readonly string[];
  /** Packages that would cost a worker its memory stay out of what it loads. */
  readonly packages?: readonly string[];
  /** May it read process.env, the clock and randomness? */
  readonly readsSurroundings?: boolean;
}

export const FOLDERS: readonly Folder[] = [
  { name: "model", imports: [], types: ["model/schema"] },
  // A folder of its own: zod would cost a worker its memory, so only what reads files loads it.
  { name: "model/schema", imports: ["model"], packages: ["zod", "fastest-levenshtein"] },
  { name: "decide", imports: ["model"] },
  { name: "extract", imports: ["model"] },
  { name: "fetch", imports: ["model"], types: ["extract"], packages: ["undici"] },
  { name: "store", imports: ["model"], packages: ["pg", "pg-copy-streams"] },
  { name: "providers", imports: ["model"], types: ["model/schema"] },
  { name: "documents", imports: ["model", "model/schema", "decide", "extract", "providers"] },
  { name: "batch", imports: ["model", "decide", "extract", "fetch", "store"], packages: ["pino"] },
  { name: "prepare", imports: ["model", "decide", "extract", "fetch", "store", "providers", "batch"], packages: ["pino"] },
  { name: "kube", imports: ["model"], packages: ["undici"] },
  { name: "controller", imports: ["model", "model/schema", "decide", "providers", "documents", "kube", "metrics"], packages: [] },
  { name: "metrics", imports: ["model"], packages: ["@prometheus-io/client"] },
  { name: "report", imports: ["model", "store"] },
  { name: "report/page", imports: [], types: ["report"], packages: ["echarts"] },
  { name: "dashboards", imports: [], packages: ["@grafana/grafana-foundation-sdk"] },
  { name: "local", imports: ["model", "decide", "store"], packages: ["pg"] },
  { name: "simulate", imports: ["model"] },
  { name: "cli", imports: ["model", "model/schema", "decide", "extract", "fetch", "store", "providers", "documents", "batch", "prepare", "metrics", "report", "local", "simulate"], packages: ["commander", "pino", "undici", "yaml", "pg"], readsSurroundings: true },
  { name: "kubectl", imports: ["model", "model/schema", "decide", "providers", "documents", "kube", "controller", "cli"], packages: ["commander", "yaml", "undici", "@kubernetes/client-node"], readsSurroundings: true },
  { name: "bin", imports: ["model", "model/schema", "decide", "extract", "fetch", "store", "providers", "documents", "batch", "prepare", "kube", "controller", "metrics", "report", "dashboards", "local", "simulate", "cli", "kubectl"], packages: ["pino", "commander", "undici", "yaml", "esbuild"], readsSurroundings: true },
];

const PACKAGES = ["@eslint-community/regexpp", "undici", "zod", "commander", "yaml", "pino", "pg", "pg-copy-streams", "fastest-levenshtein", "esbuild", "@kubernetes/client-node", "@prometheus-io/client", "@grafana/grafana-foundation-sdk", "echarts"];

/** One block of lint rules a folder: what it may not import, and that it does not read the surroundings by itself. */
export function borders(): { files: string[]; rules: Record<string, ["error", ...object[]]> }[] {
  return FOLDERS.map((folder) => ({
    files: [`src/${folder.name}/**/*.ts`],
    rules: {
      "@typescript-eslint/no-restricted-imports": ["error", { patterns: mayNotImport(folder) }],
      ...(folder.readsSurroundings === true ? {} : SURROUNDINGS_ARE_ARGUMENTS),
    },
  }));
}

const SURROUNDINGS_ARE_ARGUMENTS: Record<string, ["error", ...object[]]> = {
  "no-restricted-properties": [
    "error",
    { object: "process", property: "env", message: "The environment is an argument: only bin, cli and kubectl read it." },
    { object: "Date", property: "now", message: "Time is an argument: only bin, cli and kubectl read the clock." },
    { object: "performance", property: "now", message: "Time is an argument: only bin, cli and kubectl read the clock." },
    { object: "AbortSignal", property: "any", message: "linkSignals leaves nothing behind on a long-lived signal (model/linked-signal.ts)." },
    { object: "Math", property: "random", message: "Randomness is an argument: only bin, cli and kubectl make it." },
  ],
  "no-restricted-syntax": [
    "error",
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Time is an argument: only bin, cli and kubectl read the clock." },
  ],
};

/** The patterns of no-restricted-imports for a folder. */
export function mayNotImport(folder: Folder): { regex: string; message: string; allowTypeImports?: boolean }[] {
  const others = FOLDERS.map((other) => other.name).filter((name) => name !== folder.name && !folder.imports.includes(name));
  const forbidden = others.map((name) => ({
    // A folder within this one is reached by ./
    regex: name.startsWith(`${folder.name}/`) ? `^\\./${name.slice(folder.name.length + 1)}/` : `^(\\.\\./)+${name}/`,
    message: `${folder.name} may not import ${name} (docs/architecture.md).`,
    allowTypeImports: folder.types?.includes(name) ?? false,
  }));
  const packages = PACKAGES.filter((name) => !(folder.packages ?? []).includes(name)).map((name) => ({
    regex: `^${name}($|/)`,
    message: `${folder.name} may not import the package ${name} (docs/architecture.md).`,
    allowTypeImports: true,
  }));
  return [...forbidden, ...packages, { regex: "/(test|bench)/", message: "Nothing in src imports test or bench." }];
}
