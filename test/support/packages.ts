import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { run } from './children.ts';

/** The packages that the suites need beside npm's: real servers, their clients, a browser and its font. */
const PACKAGES = [
  'samba',
  'samba-dsdb-modules',
  'samba-ad-provision',
  'slapd',
  'ldap-utils',
  'postgresql',
  'pgbouncer',
  'nginx-light',
  'systemd',
  // For promtool alone.
  'prometheus',
  'chromium',
  // The font of the cards' pictures; Chromium is content with another one.
  'fonts-dejavu-core',
] as const;

/** Asked by Debian before a freshly installed server is started. */
const START_POLICY = '/usr/sbin/policy-rc.d';

/**
 * Installs the Debian packages that are missing, as root; prints what it does.
 * @returns one line with the cure when that cannot be done, else undefined.
 */
export async function ensurePackages(): Promise<string | undefined> {
  const missing = await findMissing();
  if (missing.length === 0) return undefined;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (!existsSync('/usr/bin/apt-get')) {
    return `These programs are needed (Debian's names): ${missing.join(' ')}`;
  }
  if (process.getuid?.() !== 0) {
    return `Debian packages are missing. Install them, then run this again: sudo ${command}`;
  }
  process.stdout.write(`Installing ${missing.join(', ')} (a minute or two) ...\n`);
  const mayNotStart = !existsSync(START_POLICY);
  if (mayNotStart) await writeFile(START_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    // The package lists may be absent (a fresh container) or too old: then fetch them and try again.
    if ((await install(missing)).code === 0) return undefined;
    await aptGet(['update']);
    const { code, output } = await install(missing);
    if (code === 0) return undefined;
    process.stderr.write(output);
    return `"${command}" failed with exit code ${code}; see above`;
  } finally {
    // The suites start servers of their own, on their own ports; the machine's may not run.
    if (mayNotStart) await rm(START_POLICY, { force: true });
  }
}

async function findMissing(): Promise<string[]> {
  const { output } = await run('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n'], {
    isShown: false,
  });
  const installed = new Set(output.split('\n'));
  return PACKAGES.filter((name) => !installed.has(`${name} installed`));
}

function install(names: readonly string[]) {
  return aptGet(['install', '-y', '--no-install-recommends', ...names]);
}

function aptGet(args: readonly string[]) {
  return run('apt-get', args, { isShown: false, env: { DEBIAN_FRONTEND: 'noninteractive' } });
}
