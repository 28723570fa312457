import tseslint from "typescript-eslint";
import { FOLDERS, mayNotImport } from "./test/architecture.ts";

/** One block a folder of src: what it may not import, and that it does not read the surroundings by itself. */
const borders = FOLDERS.map((folder) => ({
  files: [`src/${folder.name}/**/*.ts`],
  rules: {
    "@typescript-eslint/no-restricted-imports": ["error", { patterns: mayNotImport(folder) }],
    ...(folder.readsSurroundings
      ? {}
      : {
          "no-restricted-properties": [
            "error",
            { object: "process", property: "env", message: "The environment is an argument: only bin and cli read it." },
            { object: "Date", property: "now", message: "Time is an argument: only bin and cli read the clock." },
            { object: "Math", property: "random", message: "Randomness is an argument: only bin and cli make it." },
          ],
          "no-restricted-syntax": [
            "error",
            { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Time is an argument: only bin and cli read the clock." },
          ],
        }),
  },
}));

export default tseslint.config(
  { ignores: ["dist/", "node_modules/"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["src/bin/launch.js", "eslint.config.js"] } } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "no-restricted-exports": ["error", { restrictDefaultExports: { direct: true } }],
      "no-console": "error",
    },
  },
  { files: ["src/bin/**", "src/cli/**", "bench/**"], rules: { "no-console": "off" } },
  { files: ["*.config.ts", "eslint.config.js"], rules: { "no-restricted-exports": "off" } },
  { files: ["**/*.js"], ...tseslint.configs.disableTypeChecked },
  ...borders,
);
