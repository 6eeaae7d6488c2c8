import { resolve, sep } from 'node:path';
import { exposedFiles } from '../../adapters/exposedFiles.ts';
import { readCredentialsFolder, type Config } from '../../config/config.ts';
import { FILE_NAMES } from '../../config/fields.ts';
import { envFilesOf, textOf } from '../../config/secretFiles.ts';
import { NOTHING, type Advice, type Checked } from './advice.ts';

/**
 * Looks for secrets that the host itself gives away, and for settings that it reads otherwise than meant;
 * `options` are those of Node.js, `credentials` is the folder of the copies that systemd hands the bot.
 */
export function checkHost(
  { privatePaths }: Pick<Config, 'privatePaths'>,
  options: readonly string[] = process.execArgv,
  credentials = readCredentialsFolder(),
): Checked {
  const exposed = exposedFiles(privatePaths).map(({ variable, mode }): string => {
    const right = variable === 'DATA_DIR' ? '0700' : '0600';
    return `${variable}: every account of this host may get at it (mode ${mode}): chmod ${right}, if it is not a container's`;
  });
  const ambiguous = envFilesOf(options).flatMap((file) => ambiguousLines(textOf(file)));
  const mind = [...exposed, ...ambiguous].map((text): Advice => ({ text, see: 'configuration' }));
  const isCopied =
    credentials !== undefined &&
    Object.values(privatePaths).some((path) =>
      resolve(path).startsWith(resolve(credentials) + sep),
    );
  const all = exposed.length === 0 ? [ALONE] : [];
  const found = isCopied ? [COPIED] : hasLookedAtSecrets(privatePaths) ? all : [NOT_LOOKED];
  return { ...NOTHING, name: 'host', found, mind };
}

/** No file is looked at where all secrets came as variables, nor on Windows, whose modes tell nothing. */
function hasLookedAtSecrets(paths: Config['privatePaths']): boolean {
  return process.platform !== 'win32' && Object.keys(paths).some((name) => name !== 'DATA_DIR');
}

const ALONE = 'the files of secrets that _FILE variables and --env-file name are the bot’s alone';

const NOT_LOOKED =
  'no file of secrets was looked at: look yourself at those that the variables come from (EnvironmentFile, compose)';

/** The copies tell nothing of the files that they were made from. */
const COPIED =
  'systemd’s sources (LoadCredential, EnvironmentFile) are not looked at from here: sudo ls -lL /etc/passwordbot';

/**
 * Lines of a file of variables that systemd, Node.js and a shell read differently: outside single quotes
 * systemd drops a backslash, Node.js the text after a #, a shell the text after a $.
 */
function ambiguousLines(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', value = ''] = /^\s*([A-Za-z_]\w*)=(.*?)\s*$/.exec(line) ?? [];
    if (/^'[^']*'$/.test(value)) return [];
    const signs = [...new Set(value.match(/[\\#$`"']/g) ?? [])].join(' ');
    if (signs === '') return [];
    const asFile = FILE_NAMES.some((own) => own === name) ? `, or give ${name}_FILE` : '';
    return [
      `${name}: has ${signs} outside single quotes, which systemd and Node.js read differently: write '…' around it${asFile}`,
    ];
  });
}
