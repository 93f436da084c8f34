import js from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

const production = ['src/**/*.ts', 'domain/**/*.ts', 'ports/**/*.ts', 'adapters/**/*.ts']

const noDefaultExport = [
  { selector: 'ExportDefaultDeclaration', message: 'Export it by name: a name that every importer shares can be found.' },
  { selector: 'ExportSpecifier[exported.name="default"]', message: 'Export it by name: a name that every importer shares can be found.' },
]
const noEnvironment = [
  { selector: 'MemberExpression[object.name="process"][property.name="env"]', message: 'Only src/config.ts reads the environment.' },
  {
    selector: 'VariableDeclarator[init.name="process"] > ObjectPattern > Property[key.name="env"]',
    message: 'Only src/config.ts reads the environment.',
  },
  {
    selector: 'ImportDeclaration[source.value=/^(node:)?process$/] > ImportSpecifier[imported.name="env"]',
    message: 'Only src/config.ts reads the environment.',
  },
]
const noHiddenInput = [
  { selector: 'MemberExpression[object.name="Date"][property.name="now"]', message: 'Time comes through the port Clock.' },
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Time comes through the port Clock.' },
  { selector: 'CallExpression[callee.name="Date"]', message: 'Time comes through the port Clock.' },
  { selector: 'MemberExpression[object.name="Math"][property.name="random"]', message: 'Randomness comes through the port Secrets.' },
]
const refuse = (...syntax) => ({ 'no-restricted-syntax': ['error', ...syntax.flat()] })

const noContainer = {
  regex: '^(@?inversify.*|reflect-metadata)$',
  message: 'Objects are wired in src/container.ts and named in src/tokens.ts, nowhere else.',
}

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'coverage-build/', 'var/', '.stand-ins/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...refuse(noDefaultExport),
      'no-restricted-imports': ['error', { patterns: [noContainer] }],
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // A port is asynchronous even where its adapter has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  { files: production, ignores: ['src/config.ts'], rules: refuse(noDefaultExport, noEnvironment) },
  {
    files: ['domain/**/*.ts', 'ports/**/*.ts', 'adapters/**/*.ts'],
    ignores: ['adapters/system/**'],
    rules: refuse(noDefaultExport, noEnvironment, noHiddenInput),
  },
  // What Koa's `next` answers is typed any.
  { files: ['adapters/http/**/*.ts'], rules: { '@typescript-eslint/no-unsafe-return': 'off' } },
  { files: ['src/container.ts', 'src/tokens.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['test/**/*.ts'],
    rules: {
      // What chai asserts is an expression, and what a test arranged is there.
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  // A store of one's own is opened by its default export.
  { files: ['test/swap/file-store.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['**/*.cjs'], languageOptions: { globals: { module: 'writable', process: 'readonly' } } },
)
