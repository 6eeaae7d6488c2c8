import { exposedFiles } from '../../adapters/exposedFiles.ts';
import type { Config } from '../../config/config.ts';
import { envFilesOf, textOf } from '../../config/secretFiles.ts';
import { NOTHING, type Advice, type Checked } from './advice.ts';

/**
 * Looks for secrets that the host itself gives away, and for settings that it reads otherwise than meant;
 * `options` are those of Node.js.
 */
export function checkHost(
  { privatePaths }: Pick<Config, 'privatePaths'>,
  options: readonly string[] = process.execArgv,
): Checked {
  const exposed = exposedFiles(privatePaths).map(({ variable, mode }): string => {
    const right = variable === 'DATA_DIR' ? '0700' : '0600';
    return `${variable}: every account of this host may get at it (mode ${mode}): chmod ${right}, if it is not a container's`;
  });
  const ambiguous = envFilesOf(options).flatMap((file) => ambiguousLines(textOf(file)));
  const mind = [...exposed, ...ambiguous].map((text): Advice => ({ text, see: 'configuration' }));
  const found = exposed.length === 0 ? ['the files of secrets are the bot’s alone'] : [];
  return { ...NOTHING, name: 'host', found, mind };
}

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
    return [
      `${name}: has ${signs} outside single quotes, which systemd and Node.js read differently: write '…' around it, or a secret as a file (${name}_FILE)`,
    ];
  });
}
