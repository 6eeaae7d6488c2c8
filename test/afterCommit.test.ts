import { describe, it } from '@jest/globals';
import { RuleTester } from 'oxlint/plugins-dev';
import afterCommit from '../oxlint.afterCommit.ts';

RuleTester.describe = describe;
RuleTester.it = it;

const filename = 'src/service/turns.ts';
const errors = [/in a transaction: give it to tx\.afterCommit$/];

new RuleTester({ cwd: process.cwd() }).run(
  'what is told of a transaction comes after its commit',
  afterCommit.rules.told,
  {
    invalid: [
      "store.transaction(async (tx) => { deps.log.warn({}, 'twice'); });",
      "changeFlow(deps, flow, (tx, current) => { log.info({}, 'twice'); return current; });",
      "async function end(tx: StoreTransaction) { await tx.flow('x').catch(() => log.error({}, 'twice')); }",
      'submit(turn, async (tx) => { deps.metrics.audited(event); });',
      'function settle(deps: Deps, tx: StoreTransaction) { tellFault(deps, outcome); }',
    ].map((code) => ({ code, filename, errors })),
    valid: [
      "store.transaction(async (tx) => { tx.afterCommit(() => deps.log.warn({}, 'once')); });",
      "await store.transaction((tx) => tx.endLease(lease)); deps.log.info({}, 'once');",
      'const { log } = deps; store.transaction((tx) => readOrSkip(tx, log));',
    ].map((code) => ({ code, filename })),
  },
);
