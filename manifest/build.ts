import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { appPackage, readInstallation } from './appPackage.ts';

// `npm run manifest [-- FILE]`: the app package of this installation, for the Teams admin center.
const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);
const installation = readInstallation(process.env, version);
if ('faults' in installation) {
  process.stderr.write(`${installation.faults.join('\n')}\n`);
  process.exitCode = 1;
} else {
  const standard = new URL('treserva-password-bot.zip', import.meta.url);
  const file = process.argv[2] ?? fileURLToPath(standard);
  writeFileSync(file, appPackage(installation));
  process.stdout.write(`${file}\n`);
}
