import { dirname, relative, resolve } from 'node:path';
import type { RuleTester } from 'oxlint/plugins-dev';

/**
 * The rooms of src/, and what each may import from: domain <- ports <- service <- teams <- compose
 * <- main, admin. `texts` stands beside `service`; `teams` and `adapters` never meet.
 */
const INSIDE = ['ports', 'domain'];
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  ports: ['domain'],
  service: INSIDE,
  texts: INSIDE,
  adapters: INSIDE,
  teams: ['service', 'texts', ...INSIDE],
  config: ['domain'],
  process: ['service', ...INSIDE],
  wiring: ['config', 'service', 'adapters', 'teams', ...INSIDE],
  renewal: ['config', 'wiring', 'service', 'adapters', 'teams', ...INSIDE],
  compose: [
    'config',
    'wiring',
    'renewal',
    'process',
    'service',
    'texts',
    'adapters',
    'teams',
    ...INSIDE,
  ],
  // The second way into the house: src/admin.ts and its room.
  admin: ['config', 'wiring', 'process', 'service', 'texts', 'adapters', 'teams', ...INSIDE],
  main: ['config', 'wiring', 'process', 'compose', 'adapters', ...INSIDE],
};

/** Where each library stands; zod reads what comes from outside, wherever that comes in. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  'libphonenumber-js': ['src/domain/mobile.ts', 'src/config/parsers.ts'],
  '@zxcvbn-ts/language-common': ['src/domain/passwords/'],
  'intl-messageformat': ['src/texts/'],
  botbuilder: ['src/teams/in/', 'src/teams/out/connector.ts'],
  'botframework-connector': ['src/teams/in/'],
  restify: ['src/teams/http/'],
  jose: ['src/teams/http/'],
  '@azure/msal-node': ['src/teams/out/login.ts'],
  'adaptivecards-templating': ['src/teams/cards/'],
  'adaptive-expressions': ['src/teams/cards/'],
  ldapts: ['src/adapters/ldap/'],
  twilio: ['src/adapters/twilio'],
  kysely: ['src/adapters/store/'],
  pg: ['src/adapters/store/engine/'],
  'node:sqlite': ['src/adapters/store/engine/', 'src/adapters/store/copyTo.ts'],
  'date-holidays': ['src/adapters/swedishHolidays.ts'],
  'prom-client': ['src/adapters/metrics.ts'],
  pino: ['src/adapters/log.ts'],
  echarts: ['src/admin/report/plots.ts'],
  zod: ['src/config/', 'src/teams/', 'src/adapters/', 'src/process/version.ts'],
};
/** Rooms without Node's own modules: what they need of I/O, clock and random is handed in. */
const PURE = ['domain', 'ports', 'service'];

/** Why a file may not import that, both as paths or names; undefined where it may. */
function wallBetween(file: string, source: string): string | undefined {
  const room = roomOf(file);
  if (source.startsWith('.')) {
    const other = roomOf(relative('.', resolve(dirname(file), source)));
    if (other === room || ROOMS[room]?.includes(other) === true) return undefined;
    return `src/${room} does not import from src/${other}: ROOMS in oxlint.walls.ts`;
  }
  const places = LIBRARIES[libraryOf(source)];
  if (places?.some((place) => file.startsWith(place)) === true) return undefined;
  if (places === undefined && source.startsWith('node:') && !PURE.includes(room)) return undefined;
  return `src/${room} does not use ${source}: LIBRARIES and PURE in oxlint.walls.ts`;
}

function roomOf(file: string): string {
  return (file.split('/')[1] ?? '').replace(/\.ts$/, '');
}

/** `@zxcvbn-ts/language-common/x` is of the library `@zxcvbn-ts/language-common`. */
function libraryOf(source: string): string {
  const [first = '', second = ''] = source.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

const imports = {
  create(context: Parameters<Create>[0]): Visitor {
    const file = relative(context.cwd, context.filename);
    const look = (node: Importing): void => {
      const source = node.source?.type === 'Literal' ? node.source.value : undefined;
      const message = typeof source === 'string' ? wallBetween(file, source) : undefined;
      if (message !== undefined) context.report({ node, message });
    };
    return {
      ImportDeclaration: look,
      ImportExpression: look,
      ExportNamedDeclaration: look,
      ExportAllDeclaration: look,
    };
  },
};

export default { meta: { name: 'walls' }, rules: { imports } };

type Create = Extract<Parameters<RuleTester['run']>[1], { create: unknown }>['create'] & {};
type Visitor = ReturnType<Create>;
/** The statements that name another module. */
type Importing = Parameters<
  Visitor[
    | 'ImportDeclaration'
    | 'ImportExpression'
    | 'ExportNamedDeclaration'
    | 'ExportAllDeclaration'] & {}
>[0];
