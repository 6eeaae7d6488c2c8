import { readFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { parseEnv } from 'node:util';
import { FILE_NAMES, SECRET_NAMES } from './fields.ts';

export function valuesFromFiles(env: NodeJS.ProcessEnv, faults: string[]): NodeJS.ProcessEnv {
  const values: NodeJS.ProcessEnv = {};
  for (const name of FILE_NAMES) {
    const file = env[`${name}_FILE`];
    if (
      file === undefined ||
      file === '' ||
      faults.some((fault) => fault.startsWith(`${name}_FILE:`))
    )
      continue;
    if (env[name] !== undefined && env[name] !== '') {
      faults.push(`${name}: give either ${name} or ${name}_FILE, not both`);
      continue;
    }
    try {
      // Editors and `echo` end a file with a line break that belongs to no secret.
      const value = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
      // Taken for absent, an emptied DATABASE_URL_FILE would start the bot on another database.
      if (value === '') faults.push(`${name}_FILE: must name a file that is not empty`);
      else values[name] = value;
    } catch (error) {
      faults.push(`${name}_FILE: must name a readable file (${codeOf(error)})`);
    }
  }
  return values;
}

/** The files that hold secrets, by the variable that names each. */
export function secretFilesOf(env: NodeJS.ProcessEnv): Record<string, string> {
  const files = SECRET_NAMES.map((name) => [`${name}_FILE`, env[`${name}_FILE`] ?? ''] as const);
  return Object.fromEntries(files.filter(([, path]) => path !== ''));
}

/** Options of Node.js that name a file of variables. */
const ENV_FILE = /^--env-file(?:-if-exists)?(?:=(.*))?$/s;

/** The files of variables that Node.js was started with; it takes them in no other way than by its options. */
export function envFilesOf(options: readonly string[]): string[] {
  return options.flatMap((option, at) => {
    const [isOption, path = options[at + 1] ?? ''] = ENV_FILE.exec(option) ?? [];
    return isOption === undefined ? [] : [path];
  });
}

/** The files of variables that hold a secret, by the option that names each. */
export function secretEnvFilesOf(options: readonly string[]): Record<string, string> {
  const files = envFilesOf(options).filter((path) => {
    const values = parseEnv(textOf(path));
    return SECRET_NAMES.some((name) => (values[name] ?? '') !== '');
  });
  return Object.fromEntries(files.map((path) => [`--env-file=${path}`, path]));
}

/** The file's text; empty where it cannot be read, which Node.js itself has reported. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

export function readCertificates(file: string | undefined, faults: string[]): string | undefined {
  if (file === undefined) return undefined;
  try {
    const bytes = readFileSync(file);
    const first = new X509Certificate(bytes);
    // A DER file, as Windows exports it, holds one certificate.
    return bytes.includes('-----BEGIN') ? bytes.toString() : first.toString();
  } catch (error) {
    const right = 'a readable file of certificates, PEM or DER';
    faults.push(`LDAP_CA_FILE: must name ${right} (${codeOf(error)})`);
    return undefined;
  }
}

function codeOf(error: unknown): string {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode ? String(error.code) : 'unreadable';
}
