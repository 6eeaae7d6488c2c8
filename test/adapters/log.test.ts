import { describe, expect, it } from '@jest/globals';
import { createLog, describeFault } from '../../src/adapters/log.ts';
import { DirectoryError } from '../../src/ports/errors.ts';

const SECRET = 'Canary-Passw0rd-4711';

function writing(level = 'debug') {
  const lines: string[] = [];
  const log = createLog(level, { write: (line) => void lines.push(line) });
  return { lines, log };
}

/** As a library throws it: the request hangs on the error, and its text repeats the input. */
function talkativeError(): Error {
  const error = new Error(`bind failed for ${SECRET}`);
  error.name = 'ResultCodeError';
  return Object.assign(error, { code: 49, request: { password: SECRET }, hint: SECRET });
}

describe('the log', () => {
  it('writes one JSON object a line, whatever stands in its fields', () => {
    const { lines, log } = writing();
    const nasty = 'Eva\r\n{"level":60}\u001b[31m\u0000"}\n';
    log.warn({ name: nasty, nested: { [nasty]: nasty } }, nasty);
    expect(lines).toHaveLength(1);
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(lines[0]!.slice(0, -1)).not.toMatch(/[\u0000-\u001f]/);
    expect(JSON.parse(lines[0]!)).toMatchObject({ name: nasty, msg: nasty });
  });

  it.each(['err', 'error', 'fault', 'cause'])(
    'tells of an exception in `%s` no secret',
    (field) => {
      const { lines, log } = writing();
      const cause = talkativeError();
      log.error({ [field]: new DirectoryError('unexpected', 'result 49 to read', { cause }) }, 'x');
      log.error({ [field]: cause }, 'x');
      expect(lines.join('')).not.toContain(SECRET);
      const [first, second] = lines.map((line) => JSON.parse(line)[field]);
      expect(first).toMatchObject({
        name: 'DirectoryError',
        code: 'unexpected',
        message: 'directory: unexpected (result 49 to read)',
        cause: { name: 'ResultCodeError', code: 49 },
      });
      expect(second).not.toHaveProperty('message');
      expect(second.at[0]).toMatch(/^at /);
    },
  );
});

describe('a described fault', () => {
  it.each(['', '\n', '\n    at '])('takes no line of a message for a place: %j', (start) => {
    const error = new Error(`first${start}\n    at ${SECRET}\n  at (${SECRET}:1:1)`);
    error.name = `Name\n    at ${SECRET}`;
    const cause = Object.assign(new Error('x'), { stack: `    at ${SECRET}` });
    error.stack = new Error(error.message).stack?.replace('Error', error.name) ?? '';
    const { at, cause: described } = describeFault(Object.assign(error, { cause }));
    expect(JSON.stringify([at, described])).not.toContain(SECRET);
    expect(at).toHaveLength(6);
    expect(describeFault(new Error())['at']).toHaveLength(6);
  });

  it('has an end where causes go round in a circle, and says of no error what it is', () => {
    const one = new Error('one');
    one.cause = new Error('two', { cause: one });
    expect(JSON.stringify(describeFault(one)).split('"cause"')).toHaveLength(5);
    expect(describeFault(SECRET)).toEqual({ name: 'string' });
    expect(
      describeFault(Object.assign(new Error('x'), { code: `a ${SECRET}` })),
    ).not.toHaveProperty('code');
  });
});
