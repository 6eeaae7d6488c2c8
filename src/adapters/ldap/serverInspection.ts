import { DirectoryError } from '../../ports/directory.ts';
import { generalizedTimesOf } from './entry.ts';
import type { Session, Sessions } from './sessions.ts';

/** One of the configured servers: what it showed, or why it could not be used. */
export type InspectedServer =
  | {
      readonly url: string;
      /** Epoch ms. */
      readonly certificateEndsAt: number;
      /** How far its clock is ahead of this machine's; undefined where it does not tell the time. */
      readonly clockAheadMs: number | undefined;
    }
  | { readonly url: string; readonly fault: DirectoryError };

/** Opens each of the configured servers: a second one that is never asked is otherwise never looked at. */
export async function inspectServers(
  sessions: Sessions,
  urls: readonly string[],
  signal: AbortSignal,
): Promise<InspectedServer[]> {
  const found: InspectedServer[] = [];
  for (const url of urls) {
    try {
      found.push(await sessions.write(signal, (session) => inspectServer(session, url), url));
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw error;
      found.push({ url, fault: error });
    }
  }
  return found;
}

async function inspectServer(
  { connection }: Session,
  url: string,
): Promise<Exclude<InspectedServer, { fault: DirectoryError }>> {
  const search = { base: '', scope: 'base', attributes: ['currentTime'] } as const;
  const [root] = await connection.search(search);
  const [serverTime] = root === undefined ? [] : generalizedTimesOf(root, 'currentTime');
  return {
    url,
    certificateEndsAt: connection.certificateEndsAt,
    clockAheadMs: serverTime === undefined ? undefined : serverTime - Date.now(),
  };
}
