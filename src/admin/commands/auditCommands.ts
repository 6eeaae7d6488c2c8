import type { AuditRow } from '../../adapters/store/audit/auditChain.ts';
import type { AuditLog } from '../../adapters/store/audit/auditLog.ts';
import { CommandFailure, type Command } from '../command.ts';
import { counted, csvLine } from '../print.ts';

const COLUMNS = [
  'seq',
  'at',
  'event',
  'actor',
  'account',
  'result',
  'reason',
  'flow',
  'instance',
  'previous',
  'hash',
] as const;

const HASH = /^sha256-[A-Za-z0-9+/]{43}=$/;

/** The audit, row by row: however long, little of it is in memory. */
export const exportAudit: Command['run'] = async (place, { options, isJson }) => {
  const { format = 'jsonl' } = options;
  if (format !== 'jsonl' && format !== 'csv') {
    throw new CommandFailure('--format is jsonl or csv');
  }
  const { audit } = await place.store();
  if (isJson) return { stream: asArray(audit) };
  return { stream: format === 'csv' ? asCsv(audit) : asLines(audit) };
};

/** The verdict on the chain; fails unless the chain is intact. */
export const verifyAudit: Command['run'] = async (place, { options }) => {
  const head = options['head'];
  // A hash that was copied in part would accuse a sound audit.
  if (typeof head === 'string' && !HASH.test(head)) {
    throw new CommandFailure('--head is a hash as the log tells it, sha256-… and 44 signs');
  }
  const { audit } = await place.store();
  const verdict = await audit.verify(typeof head === 'string' ? head : undefined);
  switch (verdict.result) {
    case 'intact':
      return {
        json: verdict,
        text: `The audit is intact: ${counted(verdict.rows, 'row')}, head ${verdict.head}`,
      };
    case 'broken':
      throw new CommandFailure(`the audit is wrong from row ${String(verdict.row)} on`, {
        facts: verdict,
      });
    case 'headUnknown':
      throw new CommandFailure(
        'the audit has been rewritten: its chain is sound but does not hold the given head',
        { facts: verdict },
      );
  }
};

function ordered(row: AuditRow): Record<string, string | number | null> {
  return Object.fromEntries(COLUMNS.map((column) => [column, row[column]]));
}

async function* asLines(audit: AuditLog): AsyncGenerator<string> {
  for await (const row of audit.read()) yield `${JSON.stringify(ordered(row))}\n`;
}

async function* asArray(audit: AuditLog): AsyncGenerator<string> {
  let before = '[';
  for await (const row of audit.read()) {
    yield `${before}\n${JSON.stringify(ordered(row))}`;
    before = ',';
  }
  yield before === '[' ? '[]\n' : '\n]\n';
}

async function* asCsv(audit: AuditLog): AsyncGenerator<string> {
  yield csvLine(COLUMNS);
  for await (const row of audit.read()) yield csvLine(COLUMNS.map((column) => row[column]));
}
