import type { Selectable } from 'kysely';
import type { Place, SealUse } from './crypto.ts';
import type { Tables } from '../schema/tables.ts';

/** A column of sealed values. */
export interface SealedColumn {
  readonly table: keyof Tables;
  /** The primary key; joined by `/` it is the row's part of the Place. */
  readonly key: readonly string[];
  readonly column: string;
  /** Further columns of the row that the seal covers: the value opens only beside the same ones. */
  readonly beside: readonly string[];
  /** Computed from the same clear text. */
  readonly index?: string;
  readonly use?: SealUse;
  /** SQL: which rows count. */
  readonly rows?: string;
}

type Cell = string | number | null;
type ColumnOf<T extends keyof Tables> = string & keyof Selectable<Tables[T]>;

function column<
  const T extends keyof Tables,
  const Key extends ColumnOf<T>,
  const Column extends ColumnOf<T>,
  const Beside extends ColumnOf<T> = never,
>(
  table: T,
  key: readonly Key[],
  name: Column,
  more: Pick<SealedColumn, 'use' | 'rows'> & {
    readonly beside?: readonly Beside[];
    readonly index?: ColumnOf<T>;
  } = {},
) {
  const { beside = [], ...rest } = more;
  const where = { table, key, column: name, beside, ...rest };
  return {
    ...where,
    /** Where the row's value stands. */
    place: (row: Readonly<Pick<Selectable<Tables[T]>, Key | Beside>>): Place =>
      placeIn(where, row as Readonly<Record<string, Cell>>),
  };
}

/** The place of a value in a row as the database gives it. */
export function placeIn(where: SealedColumn, row: Readonly<Record<string, unknown>>): Place {
  const name = where.key.map((part) => String(row[part])).join('/');
  return [where.table, name, where.column, ...where.beside.map((part) => row[part] as Cell)];
}

/** A seal without content: it only proves the columns beside it. */
export const SEAL_ONLY = '';

/** All of them: a value that is missing here becomes unreadable once its key is removed. */
export const SEALED = {
  enrollment: column('enrollment', ['id'], 'mobile', {
    beside: ['manager', 'account_id', 'enrolled_at', 'usable_from'],
    index: 'mobile_index',
  }),
  send: column('code_send', ['id'], 'mobile', { index: 'mobile_index' }),
  displayName: column('manager', ['manager'], 'display_name'),
  conversation: column('manager', ['manager'], 'conversation'),
  pin: column('manager', ['manager'], 'pin_seal', { beside: ['directory_id'] }),
  button: column('button', ['handle'], 'seal', { beside: ['manager', 'account_id', 'undoes'] }),
  revocation: column('revocation', ['account_id', 'manager', 'revoked_at'], 'seal'),
  silence: column('reminder_silence', ['account_id', 'cycle'], 'seal', {
    beside: ['until', 'told_at'],
  }),
  flow: column('flow', ['id'], 'state', {
    beside: [
      'manager',
      'account_id',
      'account_name',
      'started_at',
      'expires_at',
      'ended_at',
      'turn',
      'version',
      'origin',
      'password_version',
    ],
  }),
  history: column('password_history', ['account_id', 'number'], 'digest', { use: 'history' }),
  notice: column('notice', ['id'], 'payload'),
  answering: column('answering', ['account_id'], 'entries'),
  look: column('desk_look', ['id'], 'managers', {
    beside: ['agent', 'account_id', 'opened_at', 'draw', 'version'],
  }),
  callerCheck: column('caller_check', ['id'], 'state', {
    beside: ['agent', 'manager', 'account_id', 'asked_at', 'ends_at', 'vouched_until', 'version'],
  }),
} as const;

export const SEALED_COLUMNS: readonly SealedColumn[] = Object.values(SEALED);

/** The audit's. Its rows never change: their seals stay with the key that made them. */
export const AUDIT_SEALED = {
  row: column('audit', ['seq'], 'seal', {
    beside: ['hash'],
    use: 'audit',
    rows: 'seq > (select checkpoint_seq from audit_head)',
  }),
  checkpoint: column('audit_head', ['id'], 'checkpoint_seal', {
    beside: ['checkpoint_seq', 'checkpoint_hash'],
    use: 'audit',
  }),
} as const;

export const AUDIT_COLUMNS: readonly SealedColumn[] = Object.values(AUDIT_SEALED);
