import { describe, expect, it } from '@jest/globals';
import { Linter } from 'eslint';
import { parser } from 'typescript-eslint';
import { AFTER_COMMIT } from '../eslint.afterCommit.ts';

/** The messages of the rule about a file of the service with these lines. */
function linted(text: string): string[] {
  return new Linter({ cwd: process.cwd() })
    .verify(text, [{ ...AFTER_COMMIT, languageOptions: { parser } }], 'src/service/turns.ts')
    .map(({ message }) => message);
}

describe('what is told of a transaction', () => {
  it.each([
    "store.transaction(async (tx) => { deps.log.warn({}, 'twice'); });",
    "changeFlow(deps, flow, (tx, current) => { log.info({}, 'twice'); return current; });",
    "async function end(tx: StoreTransaction) { await tx.flow('x').catch(() => log.error({}, 'twice')); }",
    'submit(turn, async (tx) => { deps.metrics.audited(event); });',
    'function settle(deps: Deps, tx: StoreTransaction) { tellFault(deps, outcome); }',
  ])('does not come before its commit: %s', (text) => {
    expect(linted(text)).toEqual([
      expect.stringMatching(/in a transaction: give it to tx\.afterCommit$/),
    ]);
  });

  it.each([
    "store.transaction(async (tx) => { tx.afterCommit(() => deps.log.warn({}, 'once')); });",
    "await store.transaction((tx) => tx.endLease(lease)); deps.log.info({}, 'once');",
    'const { log } = deps; store.transaction((tx) => readOrSkip(tx, log));',
  ])('may come after it: %s', (text) => {
    expect(linted(text)).toEqual([]);
  });
});
