import type { Command } from './command.ts';

/**
 * All commands, in the order of `--help`. Each loads its parts when it is called: the whole bot takes a
 * second.
 */
export const COMMANDS: readonly Command[] = [
  {
    name: 'check',
    usage: '',
    summary: 'opens database, directory, SMS account and Microsoft login, says what to mend',
    positionals: 0,
    run: async (...asked) => (await import('./check/check.ts')).checkAll(...asked),
  },
  {
    name: 'accounts',
    usage: '',
    summary: 'the shared accounts: who answers, enrolled or not, password age, next reminder',
    positionals: 0,
    run: async (...asked) => (await import('./commands/accounts.ts')).showAccounts(...asked),
  },
  {
    name: 'sweep',
    usage: '[--dry-run]',
    summary: 'one reminder sweep now; outside REMINDER_HOURS and with --dry-run nothing is sent',
    positionals: 0,
    options: { 'dry-run': { type: 'boolean' } },
    run: async (...asked) => (await import('./commands/sweep.ts')).sweepNowByHand(...asked),
  },
  {
    name: 'status',
    usage: 'ACCOUNT',
    summary: 'who answers for it, numbers, lockouts, flow under way, last SMS',
    positionals: 1,
    run: async (...asked) => (await import('./commands/status.ts')).showStatus(...asked),
  },
  {
    name: 'revoke',
    usage: 'ACCOUNT [--manager WHO]',
    summary: "removes the enrolled numbers, or one manager's; codes under way die",
    positionals: 1,
    options: { manager: { type: 'string' } },
    run: async (...asked) => (await import('./commands/changes.ts')).revokeNumbers(...asked),
  },
  {
    name: 'unpin',
    usage: 'WHO',
    summary: 'lets a directory entry be met by another Teams person',
    positionals: 1,
    run: async (...asked) => (await import('./commands/changes.ts')).unpinEntry(...asked),
  },
  {
    name: 'clear-lockout',
    usage: 'ACCOUNT',
    summary: "lifts the bot's own lockout; told like a revoke",
    positionals: 1,
    run: async (...asked) => (await import('./commands/changes.ts')).clearLockouts(...asked),
  },
  {
    name: 'invite',
    usage: '[--dry-run] [--csv FILE]',
    summary: 'asks every manager who is not enrolled to enroll; FILE gets those not in Teams',
    positionals: 0,
    options: { 'dry-run': { type: 'boolean' }, csv: { type: 'string' } },
    run: async (...asked) => (await import('./commands/invite.ts')).inviteManagers(...asked),
  },
  {
    name: 'report',
    usage: '[--days N] [--out FILE] [--locale sv|en] [--names]',
    summary: 'one HTML file with plots and tables (report.html, 90 days) from audit and directory',
    positionals: 0,
    options: {
      days: { type: 'string' },
      out: { type: 'string' },
      locale: { type: 'string' },
      names: { type: 'boolean' },
    },
    run: async (...asked) => (await import('./report/report.ts')).makeReport(...asked),
  },
  {
    name: 'audit export',
    usage: '[--format jsonl|csv]',
    summary: 'prints the audit, oldest row first',
    positionals: 0,
    options: { format: { type: 'string' } },
    run: async (...asked) => (await import('./commands/auditCommands.ts')).exportAudit(...asked),
  },
  {
    name: 'audit verify',
    usage: '[--head HASH]',
    summary: 'recomputes the hash chain, names the first row that is wrong',
    positionals: 0,
    options: { head: { type: 'string' } },
    run: async (...asked) => (await import('./commands/auditCommands.ts')).verifyAudit(...asked),
  },
  {
    name: 'rekey',
    usage: '',
    summary: 're-encrypts everything with the first key; safe to interrupt and repeat',
    positionals: 0,
    run: async (...asked) => (await import('./commands/storeCommands.ts')).rekeyStore(...asked),
  },
  {
    name: 'migrate',
    usage: '',
    summary: "brings the database's schema up, where the bot's own role may not",
    positionals: 0,
    run: async (...asked) =>
      (await import('./commands/storeCommands.ts')).migrateDatabase(...asked),
  },
  {
    name: 'copy-to',
    usage: 'postgres://…',
    summary: 'moves an embedded store to PostgreSQL, checks counts and chain; safe to repeat',
    positionals: 1,
    run: async (...asked) => (await import('./commands/storeCommands.ts')).copyStore(...asked),
  },
];
