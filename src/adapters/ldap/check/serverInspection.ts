import { Attribute, Change, ResultCodeError } from 'ldapts';
import type { Session } from '../dialect.ts';

import { DirectoryError } from '../../../ports/errors.ts';
import { CriticalControl } from '../wire/connection.ts';
import { generalizedTimesOf } from '../wire/entry.ts';
import { hasResult, isReadOnlyRefusal, RESULT } from '../wire/errors.ts';
import type { Sessions } from '../wire/sessions.ts';

/** One of the configured servers: its facts, or why it could not be used. */
export type InspectedServer =
  | {
      readonly url: string;
      /** Epoch ms. */
      readonly certificateEndsAt: number;
      /** How far its clock is ahead of this machine's; undefined where it does not tell the time. */
      readonly clockAheadMs: number | undefined;
      /** False for a replica that only reads; undefined where that does not show. */
      readonly takesWrites: boolean | undefined;
    }
  | { readonly url: string; readonly fault: DirectoryError };

/** Opens each of the configured servers: otherwise a second one would go unchecked. */
export async function inspectServers(
  sessions: Sessions,
  urls: readonly string[],
  accountsBase: string,
  signal: AbortSignal,
): Promise<InspectedServer[]> {
  const found: InspectedServer[] = [];
  for (const url of urls) {
    try {
      found.push(
        await sessions.write(signal, (session) => inspectServer(session, url, accountsBase), url),
      );
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw error;
      found.push({ url, fault: error });
    }
  }
  return found;
}

async function inspectServer(
  session: Session,
  url: string,
  accountsBase: string,
): Promise<Exclude<InspectedServer, { fault: DirectoryError }>> {
  const { connection } = session;
  const search = { base: '', scope: 'base', attributes: ['currentTime'] } as const;
  const [root] = await connection.search(search);
  const [serverTime] = root === undefined ? [] : generalizedTimesOf(root, 'currentTime');
  return {
    url,
    certificateEndsAt: connection.certificateEndsAt,
    clockAheadMs: serverTime === undefined ? undefined : serverTime - Date.now(),
    takesWrites: await takesWrites(session, accountsBase),
  };
}

/** LDAP_CAP_ACTIVE_DIRECTORY_PARTIAL_SECRETS_OID: a read-only domain controller (MS-ADTS 3.1.1.3.4.3). */
const READ_ONLY_CONTROLLER = '1.2.840.113556.1.4.1920';
/** RFC 4528: the operation is carried out only where the filter holds. */
const ASSERTION = '1.3.6.1.1.12';

const PRESENT = Buffer.from('objectClass');
/** `(!(objectClass=*))`. */
const NEVER_HOLDS = [0xa2, PRESENT.length + 2, 0x87, PRESENT.length, ...PRESENT];

/**
 * Whether the server takes writes, found without a write: by its own description, or by a write that cannot
 * happen.
 */
async function takesWrites(
  { connection, facts }: Session,
  base: string,
): Promise<boolean | undefined> {
  if (facts.capabilities.includes(READ_ONLY_CONTROLLER)) return false;
  if (facts.capabilities.length > 0) return true;
  if (!facts.controls.includes(ASSERTION)) return undefined;
  // Even carried out it would change nothing: the value is the same.
  const modification = new Attribute({ type: 'objectClass', values: ['top'] });
  try {
    const change = new Change({ operation: 'add', modification });
    await connection.modify(base, [change], [new CriticalControl(ASSERTION, NEVER_HOLDS)]);
    return true;
  } catch (error) {
    if (isReadOnlyRefusal(error)) return false;
    if (hasResult(error, RESULT.assertionFailed, RESULT.insufficientAccess)) return true;
    if (error instanceof ResultCodeError) return undefined;
    throw error;
  }
}
