/** `npm run -s demo:admin -- COMMAND`: the administration of the demo that runs in another terminal. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { runningEnvironment } from './running.ts';

const ADMIN = join(import.meta.dirname, '../dist/admin.js');

const env = await runningEnvironment();
if (env === undefined) {
  process.stderr.write('No demo is running: "npm run demo" in another terminal.\n');
  process.exitCode = 1;
} else {
  const child = spawn(process.execPath, [ADMIN, ...process.argv.slice(2)], {
    env,
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}
