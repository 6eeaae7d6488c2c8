import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EncryptionKey } from '../../../src/adapters/store/sealing/crypto.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { Log } from '../../../src/ports/log.ts';

export interface LogLine {
  readonly level: keyof Log;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A log whose lines the test reads. */
export function recordingLog(): { log: Log; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: keyof Log): Log[typeof level] =>
    (fields, message) => {
      lines.push({ level, fields, message });
    };
  return {
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    lines,
  };
}

export const { log: silentLog } = recordingLog();

export function someKey(id: string): EncryptionKey {
  return { id, key: new Secret(randomBytes(32).toString('base64')) };
}

/** A directory that is gone after the test. */
export async function temporaryDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'bot-store-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
