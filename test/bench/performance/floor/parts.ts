/**
 * The floors of a reset beside its taps, one a line: the directory's operations by plain ldapts, the SMS by
 * one POST, the store's commits. `adapter` and `home` run the product's own
 * adapter for comparison.
 */
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { announce, settings } from './program.ts';
import { createCommits } from './commits.ts';
import { createDirectoryParts } from './directory.ts';
import { createSms } from './sms.ts';

const given = settings(
  z.object({
    url: z.string(),
    ca: z.string(),
    bindDn: z.string(),
    bindPassword: z.string(),
    accountsBase: z.string(),
    managersBase: z.string(),
    account: z.string(),
    upn: z.string(),
    folder: z.string(),
    sms: z.object({ url: z.string(), user: z.string(), password: z.string() }),
  }),
);

const directory = await createDirectoryParts(given);
const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  adapter: directory.byAdapter,
  home: directory.home,
  fresh: directory.onFreshConnection,
  warm: directory.onWarmConnection,
  sms: createSms(given.sms),
  commits: createCommits(given.folder),
};

announce(0);
for await (const line of createInterface({ input: process.stdin })) {
  const began = performance.now();
  await PARTS[line]?.();
  process.stdout.write(`${String(performance.now() - began)}\n`);
}
