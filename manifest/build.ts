import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { appPackage } from './appPackage.ts';
import { packageFaults } from './check.ts';
import { readInstallation } from './installation.ts';

const USAGE = 'npm run -s manifest -- [--check | FILE]';
const STANDARD_FILE = new URL('treserva-password-bot.zip', import.meta.url);

// `npm run manifest [-- FILE]`: the app package of this installation, for the Teams admin center.
// `--check` writes nothing, for a pipeline.
function main(): void {
  const asked = readArguments();
  if (asked === undefined) return fail([USAGE]);
  const { version }: { version: string } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  const read = readInstallation(process.env, version);
  if ('faults' in read) return fail(read.faults);
  const zip = appPackage(read.installation);
  const faults = packageFaults(zip);
  if (faults.length > 0) return fail(faults);
  for (const mind of read.minds) process.stderr.write(`mind  ${mind}\n`);
  if (asked.isCheck) {
    process.stdout.write('ok    the app package is valid; nothing was written\n');
    return;
  }
  const file = asked.file ?? fileURLToPath(STANDARD_FILE);
  try {
    writeFileSync(file, zip);
  } catch (error) {
    return fail([String(error)]);
  }
  process.stdout.write(`${file}\n`);
}

function readArguments(): { readonly isCheck: boolean; readonly file?: string } | undefined {
  try {
    const { values, positionals } = parseArgs({
      options: { check: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const [file, ...others] = positionals;
    if (others.length > 0 || (values.check && file !== undefined)) return undefined;
    return { isCheck: values.check, ...(file === undefined ? {} : { file }) };
  } catch {
    return undefined;
  }
}

function fail(lines: readonly string[]): void {
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exitCode = 1;
}

main();
