import { parseArgs } from 'node:util';

export interface DemoOptions {
  readonly locale: 'sv' | 'en';
  /** The bot's port. */
  readonly port: number;
  readonly chatPort: number;
  /** The directory's LDAPS port; 0: any free one. */
  readonly ldapsPort: number;
  /** Takes the built bot in dist without building it. */
  readonly isBuilt: boolean;
  /** Shows the bot's log lines too. */
  readonly isVerbose: boolean;
}

export const USAGE =
  'npm run demo -- [--english] [--verbose] [--built] [--port 3978] [--chat-port 56150] [--ldaps-port 6636]';

/** The command line's options; undefined for a wrong command line. */
export function readOptions(args: readonly string[]): DemoOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        english: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        built: { type: 'boolean', default: false },
        port: { type: 'string', default: '3978' },
        'chat-port': { type: 'string', default: '56150' },
        'ldaps-port': { type: 'string' },
      },
    });
    const [port, chatPort] = [portOf(values.port), portOf(values['chat-port'])];
    const ldapsPort = values['ldaps-port'] === undefined ? 0 : portOf(values['ldaps-port']);
    if (port === undefined || chatPort === undefined || ldapsPort === undefined) return undefined;
    if (new Set([port, chatPort, ldapsPort]).size < 3) return undefined;
    const locale = values.english ? 'en' : 'sv';
    const { built: isBuilt, verbose: isVerbose } = values;
    return { locale, port, chatPort, ldapsPort, isBuilt, isVerbose };
  } catch {
    return undefined;
  }
}

function portOf(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
