import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';
import { AFTER_COMMIT } from './eslint.afterCommit.ts';
import { WALLS } from './eslint.walls.ts';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', 'data/', '.test-cache/'] },
  eslint.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: 'tsconfig.json' } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: false },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'no default exports' },
      ],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  WALLS,
  AFTER_COMMIT,
  {
    files: ['src/**/*.ts'],
    // The thread pool's size is Node's own setting, and npm's mark no setting of the bot.
    ignores: ['src/config/config.ts', 'src/process/threadPool.ts', 'src/process/endSignals.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'only src/config/config.ts reads the environment',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'demo/**/*.ts', 'manifest/**/*.ts', 'release/**/*.ts'],
    rules: { 'no-console': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['eslint.*.js'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
