import { describe, expect, it } from '@jest/globals';
import { productOfSuite } from '../support/ofSuite.ts';
import { PROJECT } from '../support/programs.ts';

const product = await productOfSuite({
  env: { PATH: process.env['PATH'] ?? '' },
  program: { command: ['npm', 'run', '-s', 'start'], folder: PROJECT },
});

describe('npm start', () => {
  it('ends the bot in order when npm gets the signal', async () => {
    const { url } = product.bot;
    await product.end('SIGTERM');
    await product.teams.until(() => product.output.includes('"audit head"'));
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });
});
