import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { linkTo, SECTIONS, type Section } from '../src/admin/check/advice.ts';
import { createMetrics } from '../src/adapters/metrics.ts';
import { readConfig } from '../src/config/config.ts';
import { FIELDS, SECRET_NAMES } from '../src/config/fields.ts';
import { EXAMPLE, README, renderExample, textOf, withTable } from './support/configDocs.ts';

const ROOT = join(import.meta.dirname, '..');
const DOCUMENTS = ['', 'docs/', 'docs/templates/'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `${folder}${file}`),
);

/** Requirements of guides and of measurements, which no test of the suite shows. */
const UNPROVEN = ['F4', 'R2', 'R15'];

const NAMES = Object.keys(FIELDS) as (keyof typeof FIELDS)[];

/** .env.example as an administrator fills it in. */
const FILLED_IN: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    [...renderExample().matchAll(/^([A-Za-z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      value === '' ? 'AC0123456789' : value,
    ]),
  ),
  ENCRYPTION_KEYS: `1:${randomBytes(32).toString('base64')}`,
};

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** The text below a heading of the README, up to the next of its rank. */
function section(heading: string): string {
  const [, rest = ''] = read('README.md').split(`\n## ${heading}\n`);
  return rest.split('\n## ')[0] ?? '';
}

/** The names in code style in one cell of each row of the section's tables. */
function cells(text: string, column: number): string[] {
  const rows = text.split('\n').filter((line) => line.startsWith('|'));
  return rows.flatMap((row) =>
    [...(row.split('|')[column] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
  );
}

/** GitHub's anchors of a document's headings. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the README', () => {
  it('has the table of the configuration, and .env.example is, as the schema has it', () => {
    // Otherwise: npm run docs:config
    expect(withTable(read(README))).toBe(read(README));
    expect(renderExample()).toBe(read(EXAMPLE));
    expect(cells(section('Configuration'), 1).sort()).toEqual(Object.keys(FIELDS).sort());
  });

  it.each(NAMES)('tells the default of %s as it is', (name) => {
    const { default: text } = textOf(name);
    const own: unknown = FIELDS[name].safeParse(undefined).data;
    expect(text === undefined ? undefined : FIELDS[name].parse(text)).toEqual(own);
  });

  it('marks what is needed, and nothing else', () => {
    const without = (name: string): boolean => readConfig({ ...FILLED_IN, [name]: undefined }).ok;
    expect(readConfig(FILLED_IN)).toMatchObject({ ok: true });
    expect(NAMES.filter((name) => !without(name))).toEqual(
      NAMES.filter((name) => textOf(name).isNeeded === true),
    );
  });

  it('names every secret that can come from a file', () => {
    const [intro = ''] = section('Configuration').split('|');
    for (const name of SECRET_NAMES) expect(intro).toContain(`\`${name}\``);
  });

  it('gives a reason for each dependency, and for none that is not there', () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      read('package.json'),
    ) as Record<string, Record<string, string>>;
    const all = { ...dependencies, ...devDependencies, ...optionalDependencies };
    expect(cells(section('Dependencies'), 1).sort()).toEqual(Object.keys(all).sort());
  });

  it('is of the version that the changelog begins with', () => {
    const { version } = JSON.parse(read('package.json')) as { readonly version: string };
    const [, newest] = /^## \[(\d[^\]]*)\] - \d{4}-\d{2}-\d{2}$/m.exec(read('CHANGELOG.md')) ?? [];
    expect(newest).toBe(version);
  });

  it('opens with the two commands', () => {
    const [, block = ''] = read('README.md').split('```');
    expect(block).toMatch(/^sh\nnpm ci && npm run demo .*\nnpm ci && npm test /);
  });

  it('starts programs by words that every shell knows', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const program = /^(?:node|npm|tsc|oxlint|knip|prettier)$/;
    for (const script of Object.values(scripts)) {
      const commands = script.split(' && ').map((command) => command.split(' '));
      expect(commands.filter(([word = '']) => !program.test(word))).toEqual([]);
      // No variables, quotes, pipes, redirections or patterns.
      expect(script.replaceAll(' && ', ' ')).toMatch(/^[\w ./:=@-]+$/);
    }
  });

  it('calls only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const document of DOCUMENTS) {
      for (const [, name = ''] of read(document).matchAll(/npm run (?:-s )?([a-z][a-z:]*)/g)) {
        expect(scripts).toHaveProperty([name]);
      }
    }
  });
});

describe('the documents', () => {
  it.each(DOCUMENTS)('%s links to files and headings that are there', (document) => {
    const links = [...read(document).matchAll(/(?:\]\(|<img src=")([^)"\s]+)[)"]/g)].map(
      ([, link = '']) => link,
    );
    for (const link of links.filter((one) => !one.startsWith('https://'))) {
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? document : join(dirname(document), path);
      expect(existsSync(join(ROOT, file)) ? '' : `${link} leads nowhere`).toBe('');
      if (anchor !== undefined) expect(anchors(read(file))).toContain(anchor);
    }
  });

  it.each(DOCUMENTS)('%s names files that are there', (document) => {
    const paths = read(document).matchAll(
      /(?<![\w./-])(?:src|test|demo|cards|deploy|docs|manifest|release)\/[\w./-]*\w/g,
    );
    const made = /X\.Y\.Z/;
    const named = [...paths].map(([path]) => path).filter((path) => !made.test(path));
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('have the sections that `admin check` points to', () => {
    const found = anchors(read('docs/setup.md')).map((anchor) => `docs/setup.md#${anchor}`);
    for (const section of Object.keys(SECTIONS) as Section[]) {
      expect(found).toContain(linkTo(section));
    }
  });

  it('claim only tests that there are', () => {
    const missing: string[] = [];
    const unproven: string[] = [];
    for (const row of read('docs/security.md').split('\n')) {
      const [, id] = /^\| ([A-Z]\d\w*(?:, [A-Z]\d+)*) +\|/.exec(row) ?? [];
      if (id !== undefined && !/`test\/[^"|]*"/.test(row)) unproven.push(id);
      // A cell names files, each followed by the beginnings of its tests in quotation marks.
      for (const [, file = '', named = ''] of row.matchAll(
        /`(test\/[\w./]+)`((?: (?:and )?"[^"]+",?)*)/g,
      )) {
        const text = existsSync(join(ROOT, file)) ? read(file) : '';
        for (const [, name = ''] of named.matchAll(/"([^"]+)"/g)) {
          if (!text.includes(name)) missing.push(`${file}: ${name}`);
        }
      }
    }
    expect(missing).toEqual([]);
    expect(unproven).toEqual(UNPROVEN);
  });

  it('have a row for each requirement', () => {
    const [, table = ''] = read('docs/security.md').split('\n## Requirements\n');
    const listed = [...table.matchAll(/^\| ([A-Z]\d[^|]*) \|/gm)].flatMap(([, ids = '']) =>
      ids.trim().split(', '),
    );
    const numbered = (letter: string, last: number, without: readonly number[] = []) =>
      Array.from({ length: last }, (_, i) => i + 1)
        .filter((id) => !without.includes(id))
        .map((id) => `${letter}${id}`);
    const all = [
      ...numbered('A', 16),
      ...numbered('C', 13),
      ...numbered('P', 13, [9]),
      'P3b',
      ...numbered('F', 9),
      ...numbered('T', 10),
      ...numbered('D', 10),
      ...numbered('S', 9),
      ...numbered('L', 6),
      ...numbered('R', 15),
      ...numbered('N', 8),
    ];
    expect(listed.sort()).toEqual(all.sort());
  });

  it('list every metric, and none that is not there', async () => {
    const text = await createMetrics({ version: '0' }).registry.metrics();
    const own = [...text.matchAll(/^# TYPE (passwordbot_\w+) /gm)].map(([, name = '']) => name);
    const [, monitoring = ''] = read('docs/operations.md').split('\n## Monitoring\n');
    const listed = cells(monitoring.split('\n## ')[0] ?? '', 1);
    expect(listed.filter((name) => name.startsWith('passwordbot_')).sort()).toEqual(own.sort());
  });

  it('use only metrics that there are in their alarms', async () => {
    const text = await createMetrics({ version: '0' }).registry.metrics();
    const own = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name);
    for (const [, name = ''] of read('docs/operations.md').matchAll(/expr:.*?(passwordbot_\w+)/g)) {
      expect(own).toContain(name.replace(/_bucket$/, ''));
    }
  });
});
