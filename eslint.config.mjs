import { importX, createNodeResolver } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { importDirection } from './tools/lint/import-direction.mjs';

/** Written by tools/generate.ts or by a tool; the drift test keeps them as they are. */
const generated = ['src/l1/**', 'src/private/schemas.ts', 'src/private/rules.ts', 'src/private/crds.ts', 'src/private/fixed-names.ts', 'src/private/event-variables.ts', 'src/triggers/events.ts', 'schema/src/kubernetes/*-v1.ts', 'schema/src/kubernetes/type-names.ts', 'crds/**'];

export default tseslint.config(
  { ignores: ['**/node_modules/**', '**/lib/**', '**/dist/**', '.taskwright/**', '**/*.d.ts', ...generated] },
  {
    files: ['**/*.ts', '**/*.mjs'],
    extends: [tseslint.configs.base],
    plugins: { house: { rules: { 'import-direction': importDirection } }, 'import-x': importX },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    settings: {
      'import-x/resolver-next': [createNodeResolver({ conditionNames: ['taskwright-source', 'import', 'node', 'default'], extensions: ['.ts', '.mjs', '.js'] })],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      'house/import-direction': 'error',
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-self-import': 'error',
      'import-x/no-duplicates': ['error', { 'prefer-inline': true }],
      'import-x/no-mutable-exports': 'error',
      'import-x/no-extraneous-dependencies': 'off',
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
      'no-debugger': 'error',
      'no-constant-condition': ['error', { checkLoops: false }],
      'no-unsafe-finally': 'error',
      'no-fallthrough': 'error',
      'no-useless-rename': 'error',
      'no-useless-escape': 'error',
      'no-lone-blocks': 'error',
      'no-return-assign': ['error', 'except-parens'],
      'no-sequences': 'error',
      'no-throw-literal': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-empty': 'error',
      'no-unneeded-ternary': 'error',
      'no-inline-comments': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/no-unused-expressions': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // `signal!.reason` after a check the compiler cannot see through is fine; `as any` is not.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/method-signature-style': 'off',
    },
  },
  {
    files: ['**/*.ts'],
    ignores: ['.projenrc.ts'],
    languageOptions: { parserOptions: { project: ['tsconfig.check.json', 'test/tsconfig.json', 'tsconfig.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/await-thenable': 'error',
    },
  },
);
