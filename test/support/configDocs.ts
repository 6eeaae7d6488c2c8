import { FIELDS, SECRET_NAMES, TOPICS } from '../../src/config/fields.ts';
import { TEXTS, type VariableText } from '../../src/config/parsers.ts';

export const README = 'README.md';
export const EXAMPLE = '.env.example';

const START = '<!-- written by `npm run docs:config` -->';
const END = '<!-- end of what it wrote -->';

/** A variable's description in the documents. */
export function textOf(name: keyof typeof FIELDS): VariableText {
  const text = TEXTS.get(FIELDS[name]);
  if (text === undefined) throw new Error(`${name} has no text`);
  return text;
}

function namesOf(fields: (typeof TOPICS)[number]): (keyof typeof FIELDS)[] {
  return Object.keys(fields) as (keyof typeof FIELDS)[];
}

/** The README with its table of the configuration as the schema has it. */
export function withTable(readme: string): string {
  const [before, rest] = readme.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error('the README has no marks');
  return `${before}${START}\n\n${table()}\n\n${END}${after}`;
}

function table(): string {
  const rows = TOPICS.flatMap(namesOf).map((name) => {
    const { meaning, isNeeded, default: value, otherwise } = textOf(name);
    const shown = otherwise ?? (value === undefined ? '' : `\`${value}\``);
    return [isNeeded === true ? `**\`${name}\`**` : `\`${name}\``, meaning, shown];
  });
  const all = [['variable', 'meaning', 'default'], ...rows];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...all.map((row) => [...(row[column] ?? '')].length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length)).join(' | ')} |`;
  const [head = [], ...body] = all;
  const rule = widths.map((width) => '-'.repeat(width));
  return [head, rule, ...body].map(line).join('\n');
}

/** .env.example: each variable with one line of its meaning, the needed ones ready to be filled in. */
export function renderExample(): string {
  const head = [
    '# Every variable of the bot: what it means, then its default or an example.',
    '# A line that begins with #NAME= may be left out; the others are needed.',
    '# A secret X can come from a file instead, X_FILE=/path:',
    `# ${SECRET_NAMES.join(', ')}.`,
    '# Written by `npm run docs:config`.',
  ].join('\n');
  const topics = TOPICS.map((fields) =>
    namesOf(fields)
      // Set by the place where the bot runs, not by the administrator.
      .filter((name) => name !== 'NODE_ENV')
      .map(linesOf)
      .join('\n'),
  );
  return `${[head, ...topics].join('\n\n')}\n`;
}

function linesOf(name: keyof typeof FIELDS): string {
  const { meaning, isNeeded, default: value, otherwise, example } = textOf(name);
  const without =
    otherwise === undefined || value !== undefined ? '' : `; without it: ${otherwise}`;
  const comment = `# ${meaning}${without}`.replace(/`|\*\*/g, '');
  return `${comment}\n${isNeeded === true ? '' : '#'}${name}=${value ?? example ?? ''}`;
}
