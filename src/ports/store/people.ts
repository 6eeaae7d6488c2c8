import type { Locale, ManagerKey, Address } from '../../domain/parties.ts';

/** A Teams person the bot has met. */
export interface ManagerRecord {
  readonly key: ManagerKey;
  /** The directory entry that the person was first found as; later mismatches are refused. */
  readonly directoryId?: string | undefined;
  readonly displayName?: string | undefined;
  /** The manager's last choice of language. */
  readonly locale?: Locale | undefined;
  readonly address?: Address | undefined;
}

/** The account behind a button on `home`, or on a notice. */
export interface Button {
  readonly handle: string;
  readonly manager: ManagerKey;
  readonly accountId: string;
  /** The silence that it ends: its end, epoch ms. Absent on `home`. */
  readonly undoes?: number | undefined;
}

/** Managers and the buttons of their cards, read. */
export interface ManagerReads {
  manager(key: ManagerKey): Promise<ManagerRecord | undefined>;
  /** Those of them whom the bot has met. */
  managers(keys: readonly ManagerKey[]): Promise<ManagerRecord[]>;
  managersByDirectoryId(directoryIds: readonly string[]): Promise<ManagerRecord[]>;
  button(handle: string): Promise<Button | undefined>;
}

/** Managers and the buttons of their cards. */
export interface ManagerQueries extends ManagerReads {
  /** Inserts or replaces. */
  saveManager(record: ManagerRecord): Promise<void>;
  /** The address of any person of the tenant. */
  anyAddress(tenantId: string): Promise<Address | undefined>;
  addButtons(buttons: readonly Button[]): Promise<void>;
  /** The manager's buttons of `home` since `since` that have begun no flow, the newest last. */
  unusedButtons(manager: ManagerKey, since: number): Promise<Button[]>;
}
