import tseslint from "typescript-eslint";
import { borders } from "./test/architecture.ts";

export default tseslint.config(
  { ignores: ["dist/", "dist-test-*/", "node_modules/"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["src/bin/*.js", "eslint.config.js"] } } },
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
  ...borders(),
);
