import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';

const sources = ['packages/*/src/**/*.ts', 'apps/*/src/**/*.ts'];
const tests = ['**/test/**/*.ts', 'packages/storage-testkit/src/**/*.ts'];

/** Cloud SDKs: each is named in one file of its plugin only, so that nothing else loads or depends on it. */
const cloudSdks = '^(@(aws-sdk|smithy|azure|google-cloud)/|google-auth-library)';
const cloudSdkMessage = "A cloud's SDK is named in its plugin's client.ts only.";

export default defineConfig(
  globalIgnores(['**/dist/', '.nx/', 'coverage/', 'quickstart-data/', 'bench-results/']),
  js.configs.recommended,
  {
    // A comment must not be able to switch a rule off: exceptions stand here, with their reason.
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unsafe-type-assertion': 'error',
      // `!= null` asks for null and undefined at once: APIs use both for nothing.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      // Numbers print as one expects; objects and undefined do not.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => clearTimeout(timer)` says all there is to say.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // `while (true)` with a return inside is how a retry loop reads best.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // Variables of the environment and columns of a row have names of their own kind.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // What a store or an API threw is passed on as it came, also when it was kept for a while.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      // `() => {}` is how a rejection is ignored on purpose.
      '@typescript-eslint/no-empty-function': ['error', { allow: ['arrowFunctions'] }],
      // Spreading a string gives its code points: what is wanted where text is compared.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // openid-client calls it deprecated only to make it stand out; we need it for http on loopback.
      '@typescript-eslint/no-deprecated': [
        'error',
        { allow: [{ from: 'package', name: 'allowInsecureRequests', package: 'openid-client' }] },
      ],
      // File signatures and JSON are about control characters.
      'no-control-regex': 'off',
      // An async method without an await keeps its contract: what it throws becomes a rejection.
      '@typescript-eslint/require-await': 'off',
      // Index signatures name their key (`[name: string]`), and a recursive JSON type must be a type alias.
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      '@typescript-eslint/consistent-type-definitions': 'off',
    },
  },
  {
    files: sources,
    rules: {
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    ignores: ['packages/storage-testkit/**'], // Says in the test's output what a store cannot do.
    rules: { 'no-console': 'error' }, // Only an app talks to a terminal.
  },
  {
    files: ['**/*.ts'],
    ignores: ['packages/storage-*/src/client.ts', 'packages/storage-*/test/**', 'tools/servers/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ regex: cloudSdks, message: cloudSdkMessage }] },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: `ImportExpression > Literal[value=/${cloudSdks.replace('/', '\\u002F')}/]`,
          message: cloudSdkMessage,
        },
      ],
    },
  },
  {
    // The floors of docs/architecture.md. `default: 'disallow'`: what is not named here is forbidden.
    files: ['**/*.ts', 'apps/*/bin/*.js'],
    plugins: { boundaries },
    settings: {
      // By the source condition, so that an import by package name is seen where the sources lie; the plain
      // Node resolver would look for dist/ and let forbidden imports pass unseen.
      'import/resolver': {
        typescript: {
          alwaysTryTypes: true,
          conditionNames: ['@cxvault/source', 'types', 'import', 'node', 'default'],
        },
      },
      'boundaries/root-path': import.meta.dirname,
      'boundaries/dependency-nodes': ['import', 'export', 'dynamic-import', 'require'],
      'boundaries/elements': [
        { type: 'contract', pattern: 'packages/plugin-api', partialMatch: false },
        { type: 'codec', pattern: 'packages/crypto-codec', partialMatch: false },
        { type: 'core', pattern: 'packages/core', partialMatch: false },
        { type: 'testkit', pattern: 'packages/storage-testkit', partialMatch: false },
        {
          type: 'plugin',
          pattern: ['packages/cxone-connector', 'packages/storage-!(testkit)'],
          partialMatch: false,
        },
        { type: 'cli', pattern: 'apps/cli', partialMatch: false },
        { type: 'simulator', pattern: 'apps/cxone-simulator', partialMatch: false },
        { type: 'tools', pattern: 'tools', partialMatch: false },
        { type: 'workspace-test', pattern: 'test', partialMatch: false },
      ],
      'boundaries/files': [{ category: 'test', pattern: '**/test/**' }],
    },
    rules: {
      'boundaries/no-unknown-files': 'error',
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          message:
            '{{ from.element.type }} must not import {{ to.element.type }} (docs/architecture.md, floors)',
          policies: [
            allow('codec', ['contract']),
            allow('core', ['contract', 'codec']),
            allow('plugin', ['contract']),
            allow('testkit', ['contract']),
            allow('cli', ['contract', 'codec', 'core', 'plugin']),
            allowInTests('core', ['testkit']),
            allowInTests('plugin', ['testkit', 'tools']),
            allowInTests('cli', ['testkit', 'simulator', 'tools']),
            allow('tools', ['contract', 'codec', 'core', 'plugin', 'testkit', 'cli', 'simulator']),
            allow('workspace-test', [
              'contract',
              'codec',
              'core',
              'plugin',
              'testkit',
              'cli',
              'simulator',
              'tools',
            ]),
          ],
        },
      ],
    },
  },
  {
    // SQLite's rows come without types: the statements name their columns, and these files say what they are.
    files: ['packages/core/src/catalog/database.ts', 'packages/core/src/catalog/rows.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-type-assertion': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  {
    files: tests,
    rules: {
      // Tests parse the JSON that the product prints; a wrong shape makes their expectation fail.
      // A test says what it expects of a document, once, where it asks for it.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-unsafe-type-assertion': 'off',
      // A describe block is one function, as long as its subject.
      'max-lines': 'off',
      'max-lines-per-function': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
);

function allow(from, to) {
  return { from: { element: { type: from } }, allow: { to: { element: { types: { anyOf: to } } } } };
}

function allowInTests(from, to) {
  return {
    from: { element: { type: from }, file: { categories: 'test' } },
    allow: { to: { element: { types: { anyOf: to } } } },
  };
}
