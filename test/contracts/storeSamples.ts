import { randomUUID } from 'node:crypto';
import type { ResetFlow } from '../../src/domain/flows/flow.ts';
import type { ManagerKey, Address } from '../../src/domain/parties.ts';
import type { Secret } from '../../src/domain/secret.ts';
import type { CodeSend } from '../../src/ports/store/sends.ts';
import type { Enrollment } from '../../src/ports/store/enrollments.ts';
import type { Notice } from '../../src/ports/store/notices.ts';
import type { PasswordDigest } from '../../src/ports/store/passwords.ts';
import type { Store } from '../../src/ports/store/store.ts';

/** Two stores on one database, as two instances of the bot have them. */
export interface StorePair {
  readonly one: Store;
  readonly other: Store;
  close(): Promise<void>;
}

/** The digest of one password, however long it takes. */
export async function firstDigest(
  store: Store,
  accountId: string,
  password: Secret,
): Promise<PasswordDigest> {
  const [digest] = await store.digestPasswords(accountId, [password], new AbortController().signal);
  return digest!;
}

export const MINUTE = 60_000;
export const MOBILE = '+46701234567';

export function someManager(): ManagerKey {
  return { tenantId: randomUUID(), aadObjectId: randomUUID() };
}

export function someFlow(changes: Partial<ResetFlow> = {}): ResetFlow {
  return {
    id: randomUUID(),
    purpose: 'reset',
    manager: someManager(),
    accountId: randomUUID(),
    accountName: 'hemtjanst-norr',
    startedAt: 1_790_000_000_000,
    expiresAt: 1_790_000_900_000,
    draw: 1,
    version: 1,
    passwordVersion: '134000000000000000',
    state: {
      step: 'code',
      mobile: MOBILE,
      enrollmentId: randomUUID(),
      expiresAt: 1_790_000_300_000,
      malformed: 0,
      firstDraw: 1,
    },
    ...changes,
  };
}

export function someAddress({ aadObjectId }: ManagerKey): Address {
  return `the chat of ${aadObjectId}`;
}

export function someSend(changes: Partial<CodeSend> = {}): CodeSend {
  return {
    id: randomUUID(),
    flowId: randomUUID(),
    manager: someManager(),
    accountId: randomUUID(),
    mobile: `+4670${Math.floor(1e6 + Math.random() * 9e6)}`,
    ...changes,
  };
}

export function someEnrollment(changes: Partial<Enrollment> = {}): Enrollment {
  return {
    id: randomUUID(),
    manager: someManager(),
    accountId: randomUUID(),
    mobile: MOBILE,
    enrolledAt: 1_790_000_000_000,
    usableFrom: 1_790_000_000_000,
    ...changes,
  };
}

export function someNotice(changes: Partial<Notice> = {}): Notice {
  return {
    id: randomUUID(),
    event: 'reset',
    accountId: randomUUID(),
    accountName: 'hemtjanst-norr',
    byName: 'Anna Åkesson',
    at: 1_790_000_000_000,
    to: { channel: 'sms', mobile: MOBILE, locale: 'sv' },
    ...changes,
  };
}

/** A flow that the store holds. */
export async function storedFlow(
  store: Store,
  changes: Partial<ResetFlow> = {},
): Promise<ResetFlow> {
  const flow = someFlow(changes);
  await store.transaction((tx) => tx.addFlow(flow));
  return flow;
}
