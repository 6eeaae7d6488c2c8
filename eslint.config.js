import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Which rooms a room may import from; everything else of src/ is refused. */
const ROOMS = [
  'domain',
  'ports',
  'service',
  'adapters',
  'teams',
  'config',
  'wiring',
  'main',
  'run',
  'compose',
  'admin',
  'endSignals',
  'threadPool',
];
const ALLOWED_ROOMS = {
  domain: ['domain'],
  ports: ['ports', 'domain'],
  service: ['service', 'ports', 'domain'],
  adapters: ['adapters', 'ports', 'domain'],
  teams: ['teams', 'service', 'ports', 'domain'],
  // The second way into the house, beside main.
  admin: ['admin', 'service', 'ports', 'domain', 'adapters', 'teams', 'config', 'wiring'],
};

const CHANNEL_PACKAGES = [
  'botbuilder',
  'botbuilder-*',
  'botframework-*',
  'restify',
  'adaptivecards-templating',
  'adaptive-expressions',
  'intl-messageformat',
];
/** Packages that belong to one place only. */
const OWNED_PACKAGES = [
  { group: CHANNEL_PACKAGES, message: 'the channel lives in src/teams' },
  { group: ['ldapts', 'ldapts/*'], message: 'LDAP lives in src/adapters/ldap' },
  { group: ['twilio', 'twilio/*'], message: 'Twilio lives in src/adapters/twilio.ts' },
  { group: ['kysely', 'pg', 'node:sqlite'], message: 'storage lives in src/adapters/store' },
  { group: ['prom-client'], message: 'Prometheus lives in src/adapters/metrics.ts' },
  { group: ['pino'], message: 'the log lives in src/adapters/log.ts' },
];
const DOMAIN_DATA_PACKAGES = ['libphonenumber-js', '@zxcvbn-ts'];

/** Patterns that forbid every room but `allowed`, and every owned package but `owned`. */
function patterns(allowed, owned = []) {
  const rooms = ROOMS.filter((room) => !allowed.includes(room));
  return [
    ...rooms.map((room) => ({
      regex: `^\\.{1,2}/(?:.*/)?${room}(?:/|\\.ts$)`,
      message: 'imports point one way: domain <- ports <- service <- teams <- main',
    })),
    ...OWNED_PACKAGES.filter(({ group }) => !owned.includes(group[0])),
  ];
}

function room(name, owned, extra = []) {
  return {
    files: [`src/${name}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [...patterns(ALLOWED_ROOMS[name], owned), ...extra] },
      ],
    },
  };
}

const noNpmExcept = (...names) => ({
  regex: `^(?!\\.|node:${names.map((name) => `|${name}(?:/|$)`).join('')})`,
  message: 'this room uses no npm packages (domain: data packages only)',
});
const noInputOutput = {
  regex: '^node:',
  message: 'the domain is pure: no I/O, no clock, no random',
};

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', 'data/', '.test-cache/'] },
  eslint.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
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
  room('domain', [], [noNpmExcept(...DOMAIN_DATA_PACKAGES), noInputOutput]),
  room('ports', [], [noNpmExcept()]),
  room('service', [], [noNpmExcept()]),
  {
    files: ['src/adapters/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: patterns(ALLOWED_ROOMS.adapters) }] },
  },
  room('teams', ['botbuilder']),
  room('admin', []),
  {
    files: ['src/adapters/ldap/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: patterns(ALLOWED_ROOMS.adapters, ['ldapts']) },
      ],
    },
  },
  {
    files: ['src/adapters/twilio.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: patterns(ALLOWED_ROOMS.adapters, ['twilio']) },
      ],
    },
  },
  {
    files: ['src/adapters/metrics.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: patterns(ALLOWED_ROOMS.adapters, ['prom-client']) },
      ],
    },
  },
  {
    files: ['src/adapters/log.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: patterns(ALLOWED_ROOMS.adapters, ['pino']) }],
    },
  },
  {
    files: ['src/adapters/store/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: patterns(ALLOWED_ROOMS.adapters, ['kysely']) },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    // The thread pool's size is Node's own setting, and npm's mark no setting of the bot.
    ignores: ['src/config.ts', 'src/threadPool.ts', 'src/endSignals.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'only src/config.ts reads the environment' },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'demo/**/*.ts', 'manifest/**/*.ts'],
    rules: { 'no-console': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['eslint.config.js'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
