import { describe, expect, it } from '@jest/globals';
import { stopInTime } from '../src/process/stop.ts';

const TIMES = { work: 60, notes: 30, parts: 30 };

function recorded() {
  const seen: string[] = [];
  const step = (name: string, ends?: Promise<unknown>) => async (): Promise<void> => {
    seen.push(name);
    await ends;
    seen.push(`${name} ended`);
  };
  return { seen, step };
}

describe('a stop', () => {
  it('asks the background first and the port at once with it, then notes, then closes', async () => {
    const { seen, step } = recorded();
    const taps = Promise.withResolvers<void>();
    const stopping = stopInTime({
      work: [step('background', taps.promise), step('port')],
      notes: [step('denials'), step('audit')],
      parts: [step('directory'), step('store')],
    });
    expect(seen).toEqual(['background', 'port']);
    taps.resolve();
    await stopping;
    expect(seen.slice(2)).toEqual(
      ['port ended', 'background ended', 'denials', 'denials ended', 'audit', 'audit ended'].concat(
        ['directory', 'directory ended', 'store', 'store ended'],
      ),
    );
  });

  it('ends in its time where nothing else does, and says that notes are missing', async () => {
    const { seen, step } = recorded();
    const never = new Promise(() => undefined);
    const start = performance.now();
    const stopping = stopInTime(
      {
        work: [step('background', never)],
        notes: [step('audit', never)],
        parts: [step('store', never)],
      },
      TIMES,
    );
    await expect(stopping).rejects.toThrow('last notes');
    expect(performance.now() - start).toBeGreaterThan(TIMES.work);
    expect(seen).toEqual(['background', 'audit', 'store']);
  });

  it('closes the parts also where a note is refused', async () => {
    const { seen, step } = recorded();
    const refuse = () => Promise.reject(new Error('the database is away'));
    const stopping = stopInTime({ work: [], notes: [refuse], parts: [step('store')] });
    await expect(stopping).rejects.toThrow('away');
    expect(seen).toContain('store ended');
  });
});
