import { describe, expect, it } from '@jest/globals';
import { readCommandLine } from '../../src/admin/commandLine.ts';
import { COMMANDS } from '../../src/admin/commands.ts';

const URL_WITH_PASSWORD = 'postgres://bot:canary@db.example.se/bot';

function asked(line: string) {
  const read = readCommandLine(line.split(' '), COMMANDS);
  return typeof read === 'string' ? read : { name: read.command.name, ...read.args };
}

describe('readCommandLine', () => {
  it.each([
    [`copyto ${URL_WITH_PASSWORD}`, 'unknown command: copyto;'],
    [`--json copy to ${URL_WITH_PASSWORD}`, 'unknown command: copy;'],
    [`audit ${URL_WITH_PASSWORD}`, 'unknown command: audit;'],
    [`${URL_WITH_PASSWORD} copy-to`, 'unknown command;'],
    ['audit exprot', 'unknown command: audit exprot;'],
  ])('answers %s with %s and repeats nothing else', (line, message) => {
    expect(() => asked(line)).toThrow(`${message} --help lists the commands`);
    expect(() => asked(line)).not.toThrow('canary');
  });

  it.each(['--format csv audit export', 'audit --format csv export', 'audit export --format=csv'])(
    'takes %s, wherever the option stands',
    (line) => {
      expect(asked(line)).toMatchObject({ name: 'audit export', options: { format: 'csv' } });
    },
  );

  it.each(['--version', '--json --version', 'check --version'])(
    'tells the version by %s',
    (line) => {
      expect(asked(line)).toBe('version');
    },
  );

  it('takes no option of another command', () => {
    expect(() => asked('--format csv accounts')).toThrow('usage: accounts');
  });
});
