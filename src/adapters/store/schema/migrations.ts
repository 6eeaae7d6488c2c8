import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Keyring } from '../sealing/crypto.ts';
import type { Engine } from '../engine/engine.ts';
import { SEALED } from '../sealing/places.ts';
import { keepEveryNote, sealRows, sealWhatStands } from './sealOnce.ts';
import type { Scope } from './scope.ts';
import { TABLES } from './firstTables.ts';

/*
 * Migrations written here have run on real databases: add a migration, never change one. Statements are in
 * the SQL that both engines share (`bigint` is an integer to SQLite).
 */

/**
 * The revocations that `admin revoke` leaves behind, and the index by which `admin status` asks for an
 * account.
 */
const REVOCATIONS = [
  `create table revocation (account_id text not null primary key, revoked_at bigint not null)`,
  `create index code_send_account on code_send (account_id, created_at)`,
];

/** Reminders, and the records that a sweep leaves for the next one. */
const REMINDERS = [
  `create table reminder (
    handle text not null primary key, account_id text not null, account_name text not null,
    cycle text not null, stage bigint not null, recipient text not null, repeat bigint not null,
    fate text not null, at bigint not null,
    unique (account_id, cycle, stage, recipient, repeat))`,
  `create index reminder_reserved on reminder (at) where fate = 'reserved'`,
  `create table reminder_snooze (
    account_id text not null, cycle text not null, recipient text not null, until bigint not null,
    snoozes bigint not null, primary key (account_id, cycle, recipient))`,
  `create table reminder_silence (
    account_id text not null, cycle text not null, until bigint not null,
    primary key (account_id, cycle))`,
  `create table lease (
    name text not null primary key, holder text not null, until bigint not null, done_at bigint)`,
  `create table password_seen (account_id text not null primary key, version text not null)`,
  `alter table enrollment add column missing_since bigint`,
];

/** Marks open flows that need upkeep, so that the others need not be read and decrypted. */
const UNSETTLED_FLOWS = [
  `alter table flow add column unsettled bigint not null default 1`,
  `drop index flow_idle`,
  `create index flow_unsettled on flow (saved_at) where ended_at is null and unsettled = 1`,
  `create index flow_over on flow (expires_at) where ended_at is null`,
];

/** The database's identity, so that a copy is recognized. */
const IDENTITY = [
  `create table database_identity (id bigint not null primary key, identity text not null)`,
];

/** Seals for the clear columns beside the sealed values, and for the audit. */
const SEALS = [
  `alter table manager add column pin_seal text`,
  `alter table revocation add column seal text`,
  `alter table audit add column seal text`,
  `alter table audit_head add column checkpoint_seq bigint not null default 0`,
  `alter table audit_head add column checkpoint_hash text not null default ''`,
  `alter table audit_head add column checkpoint_seal text`,
];

/** An account's managers when they were last seen. */
const ANSWERING = [
  `create table answering (account_id text not null primary key, entries text not null)`,
];

/** The note that `admin revoke --manager` leaves behind. */
const MANAGER_REVOCATIONS = [
  `create table manager_revocation (
    account_id text not null, manager text not null, revoked_at bigint not null, seal text not null,
    primary key (account_id, manager))`,
];

/** From here on the list is sealed; managers are recorded anew, as where they were never seen. */
const ANSWERING_SEALED = [`delete from answering`];

/** Texts have a lane of their own. Those that wait at the upgrade are delivered with the cards. */
const NOTICE_LANES = [`alter table notice add column lane text not null default 'chat'`];

/** When the account's other managers were last told of the silence, or will be. */
const SILENCE_TOLD = [`alter table reminder_silence add column told_at bigint not null default 0`];

/** Seals for what silences reminders and for buttons, and the silence that a button ends. */
const MORE_SEALS = [
  `alter table reminder_silence add column seal text`,
  `alter table button add column undoes bigint`,
  `alter table button add column seal text`,
];

/** Whether the manager was told that a number will be removed. */
const REMOVAL_TOLD = [`alter table enrollment add column removal_told bigint not null default 0`];

/** The service desk: look-ups for their limit, accounts on agents' cards, questions to managers who call. */
const SERVICE_DESK = [
  `create table desk_lookup (id text not null primary key, agent text not null, at bigint not null)`,
  `create index desk_lookup_agent on desk_lookup (agent, at)`,
  `create table desk_look (
    id text not null primary key, agent text not null, account_id text not null,
    made_at bigint not null, opened_at bigint, draw bigint not null, version bigint not null,
    message_id text, managers text not null)`,
  `create index desk_look_message on desk_look (agent, message_id)`,
  `create index desk_look_age on desk_look (made_at)`,
  `create table caller_check (
    id text not null primary key, agent text not null, manager text not null,
    account_id text not null, asked_at bigint not null, ends_at bigint, vouched_until bigint,
    vouched_at bigint, version bigint not null, due_at bigint, message_id text,
    state text not null)`,
  `create index caller_check_account on caller_check (account_id, asked_at)`,
  `create index caller_check_manager on caller_check (manager, asked_at)`,
  `create index caller_check_agent on caller_check (agent, asked_at)`,
  `create index caller_check_due on caller_check (due_at)`,
  `create index caller_check_vouched on caller_check (vouched_at)`,
];

/** An account's resets are found without its enrollments, of which a manager can begin as many as they like. */
const RESETS_FOUND = [
  `create index flow_saved on flow (account_id, saved_at) where purpose <> 'enrollment'`,
];

/**
 * Finds what is due in a lane by the index alone, however many notices wait in another one. The chats' lane
 * holds whatever is in no other: a condition that no index of the column answers.
 */
const NOTICES_FOUND = [
  `create index notice_waiting on notice (
    (case when lane in ('sms', 'changes', 'news') then lane else 'chat' end), due_at, id)`,
  `drop index if exists notice_due`,
];

const APPEND_ONLY = {
  sqlite: ['update', 'delete'].map(
    (change) =>
      `create trigger audit_no_${change} before ${change} on audit
       begin select raise(abort, 'the audit is append-only'); end`,
  ),
  postgres: [
    `create function audit_append_only() returns trigger language plpgsql as
     $$ begin raise exception 'the audit is append-only'; end $$`,
    `create trigger audit_no_change before update or delete on audit
     for each row execute function audit_append_only()`,
    `create trigger audit_no_truncate before truncate on audit
     for each statement execute function audit_append_only()`,
  ],
} as const;

/** A migration of these statements, and of the work after them. */
function running(
  statements: readonly string[],
  work?: (db: Scope['db']) => Promise<void>,
): Migration {
  return {
    async up(db: Scope['db']) {
      for (const statement of statements) await sql.raw(statement).execute(db);
      await work?.(db);
    },
  };
}

function needed(keys: Keyring | undefined): Keyring {
  if (keys === undefined) throw new Error('this migration needs the keys');
  return keys;
}

/** All migrations by name, in order; `keys` are needed to run them. */
export function migrationsFor(
  kind: Engine['kind'],
  keys?: Keyring,
): Readonly<Record<string, Migration>> {
  return {
    '0001_start': running([...TABLES, ...APPEND_ONLY[kind]]),
    '0002_revocations': running(REVOCATIONS),
    '0003_reminders': running(REMINDERS),
    '0004_unsettled_flows': running(UNSETTLED_FLOWS),
    '0005_identity': running(IDENTITY),
    '0006_seals': running(SEALS, (db) => sealWhatStands(db, needed(keys))),
    '0007_answering': running(ANSWERING),
    '0008_manager_revocations': running(MANAGER_REVOCATIONS),
    '0009_answering_sealed': running(ANSWERING_SEALED),
    '0010_notice_lanes': running(NOTICE_LANES),
    '0011_silence_told': running(SILENCE_TOLD),
    '0012_more_seals': running(MORE_SEALS, async (db) => {
      for (const where of [SEALED.silence, SEALED.button]) await sealRows(db, needed(keys), where);
      await keepEveryNote(db, needed(keys));
    }),
    '0013_removal_told': running(REMOVAL_TOLD),
    '0014_service_desk': running(SERVICE_DESK),
    '0015_resets_found': running(RESETS_FOUND),
    '0016_notices_found': running(NOTICES_FOUND),
  };
}
