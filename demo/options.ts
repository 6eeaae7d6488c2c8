import { parseArgs } from 'node:util';

export interface DemoOptions {
  readonly locale: 'sv' | 'en';
  /** The bot's port. */
  readonly port: number;
  readonly chatPort: number;
  /** Opens the chat as the service desk's agent; Åsa's stands beside it. */
  readonly isDesk: boolean;
  /** The port of Åsa's chat, where the agent has the other. */
  readonly managerPort: number;
  /** The directory's LDAPS port; 0: any free one. */
  readonly ldapsPort: number;
  /** Takes the built bot in dist without building it. */
  readonly isBuilt: boolean;
  /** Shows the bot's log lines too. */
  readonly isVerbose: boolean;
}

export const USAGE =
  'npm run demo -- [--english] [--desk] [--verbose] [--built] [--port 3978] [--chat-port 56150] [--manager-port 56151] [--ldaps-port 6636]';

/** The command line's options; undefined for a wrong command line. */
export function readOptions(args: readonly string[]): DemoOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        english: { type: 'boolean', default: false },
        desk: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        built: { type: 'boolean', default: false },
        port: { type: 'string', default: '3978' },
        'chat-port': { type: 'string', default: '56150' },
        'manager-port': { type: 'string', default: '56151' },
        'ldaps-port': { type: 'string' },
      },
    });
    const [port, chatPort] = [portOf(values.port), portOf(values['chat-port'])];
    const ldapsPort = values['ldaps-port'] === undefined ? 0 : portOf(values['ldaps-port']);
    const managerPort = portOf(values['manager-port']);
    if (port === undefined || chatPort === undefined || ldapsPort === undefined) return undefined;
    if (managerPort === undefined) return undefined;
    if (new Set([port, chatPort, managerPort, ldapsPort]).size < 4) return undefined;
    const locale = values.english ? 'en' : 'sv';
    const { built: isBuilt, verbose: isVerbose, desk: isDesk } = values;
    return { locale, port, chatPort, managerPort, ldapsPort, isBuilt, isDesk, isVerbose };
  } catch {
    return undefined;
  }
}

function portOf(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
