import { freemem } from 'node:os';
import { statfs } from 'node:fs/promises';

/** Linux's file system in memory that every distribution mounts, and its type's number (statfs(2)). */
const SHARED_MEMORY = '/dev/shm';
const TMPFS = 0x01021994;
/** All suites together hold less than this at any time. */
const NEEDED_BYTES = 4 * 1024 ** 3;

/**
 * The folder in memory for the tests' temporary files, or undefined where this machine has none or too little
 * memory. On a disk the same tests take a fifth more CPU: they make and remove thousands of small databases.
 */
export async function memoryFolder(): Promise<string | undefined> {
  const found = await statfs(SHARED_MEMORY).catch(() => undefined);
  if (found?.type !== TMPFS) return undefined;
  const left = Math.min(found.bavail * found.bsize, freemem() / 2);
  return left >= NEEDED_BYTES ? SHARED_MEMORY : undefined;
}
