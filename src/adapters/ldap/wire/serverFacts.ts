import type { Entry } from 'ldapts';
import type { ServerFacts } from '../dialect.ts';
import type { Connection } from './connection.ts';
import { textsOf } from './entry.ts';

/** The server's description of itself, in its root entry. */
export async function readFacts(connection: Connection): Promise<ServerFacts> {
  const attributes = [
    'namingContexts',
    'defaultNamingContext',
    'supportedControl',
    'supportedCapabilities',
  ];
  const [root] = await connection.search({ base: '', scope: 'base', attributes });
  const read = (name: string, entry: Entry | undefined): string[] =>
    entry === undefined ? [] : textsOf(entry, name);
  return {
    namingContexts: read('namingContexts', root),
    defaultNamingContext: read('defaultNamingContext', root)[0],
    controls: read('supportedControl', root),
    capabilities: read('supportedCapabilities', root),
  };
}
