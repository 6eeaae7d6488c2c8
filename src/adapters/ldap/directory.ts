import type { AccountFinder, Directory } from '../../ports/directory.ts';
import type { Account } from '../../ports/account.ts';
import type { Log } from '../../ports/log.ts';
import { activeDirectory } from './activeDirectory/activeDirectory.ts';
import type { Dialect } from './dialect.ts';
import type { ServerFacts } from './wire/connection.ts';
import { openldap } from './openldap/openldap.ts';
import { parseFilter } from './wire/filters.ts';
import { inspect, inspectServiceAccount, type Inspection } from './check/inspection.ts';
import { createLookup, type LookupSettings } from './find/lookup.ts';
import { createPasswords } from './passwords.ts';
import { inspectServers, type InspectedServer } from './check/serverInspection.ts';
import { openSessions, type Access, type SessionOptions } from './wire/sessions.ts';
import { endpointOf } from './wire/tlsSocket.ts';

const byName = (a: Account, b: Account): number => a.name.localeCompare(b.name, 'sv');

/** The directory as configured; see the contract's LDAP_ variables. */
export interface DirectoryOptions extends Omit<SessionOptions, 'dialectOf'>, LookupSettings {
  /** Absent: read from the server. */
  readonly dialect?: Dialect['name'] | undefined;
}

/** LDAP_CAP_ACTIVE_DIRECTORY_OID (MS-ADTS 3.1.1.3.4.3). */
const ACTIVE_DIRECTORY = '1.2.840.113556.1.4.800';

/** The directory with the administration's queries. */
export interface OpenDirectory extends Directory, AccountFinder {
  inspect(signal: AbortSignal): Promise<Inspection>;
  inspectServers(signal: AbortSignal): Promise<readonly InspectedServer[]>;
  inspectServiceAccount(signal: AbortSignal): Promise<Inspection['serviceAccount']>;
  /** Connections that are opened from now on use these; calls under way end with the earlier ones. */
  renew(access: Access): void;
}

/**
 * The directory over verified TLS. Opening it asks no server: faults there show at the first call.
 * @throws Error for a filter or a URL that cannot be read.
 */
export function openDirectory(options: DirectoryOptions, log: Log): OpenDirectory {
  for (const filter of [options.accountsFilter, options.managerFilter]) {
    if (filter !== undefined) parseFilter(filter);
  }
  const dialectOf = ({ capabilities }: ServerFacts): Dialect => {
    const isActiveDirectory = capabilities.includes(ACTIVE_DIRECTORY);
    const { dialect = isActiveDirectory ? 'activeDirectory' : 'openldap' } = options;
    return dialect === 'activeDirectory' ? activeDirectory : openldap;
  };
  const sessions = openSessions({ ...options, dialectOf }, log);
  const lookup = createLookup(options);
  const servers = options.urls.map((url) => endpointOf(url).url);

  return {
    servers,

    findManager: (query, signal) =>
      sessions.read(signal, (session) => lookup.person(session, query)),

    fitting: (query, signal) => sessions.read(signal, (session) => lookup.fitting(session, query)),

    managerById: (id, signal) => sessions.read(signal, (session) => lookup.personById(session, id)),

    hasEntry: (id, signal) => sessions.read(signal, (session) => lookup.hasEntry(session, id)),

    standingOf: (manager, signal) =>
      sessions.read(signal, async (session) => {
        const { found, isAgent } = await lookup.standingOf(session, manager);
        return { accounts: found.map(({ account }) => account).sort(byName), isAgent };
      }),

    accountsLike: (text, limit, signal) =>
      sessions.read(signal, (session) => lookup.accountsLike(session, { text, limit })),

    accountOf: (manager, accountId, signal) =>
      sessions.read(signal, async (session) => {
        return (await lookup.accountOf(session, manager, accountId))?.account;
      }),

    managersOf: (accountId, signal) =>
      sessions.read(signal, (session) => lookup.personsFor(session, accountId)),

    findAccount: (nameOrId, signal) =>
      sessions.read(signal, async (session) => {
        return (await lookup.accountNamed(session, nameOrId))?.account;
      }),

    findPerson: (who, signal) =>
      sessions.read(signal, (session) => lookup.personNamed(session, who)),

    inspect: (signal) => sessions.long(signal, (session) => inspect(session, options)),

    inspectServers: (signal) => inspectServers(sessions, servers, options.accountsBase, signal),

    inspectServiceAccount: (signal) =>
      sessions.read(signal, (session) => inspectServiceAccount(session, options)),

    responsibilityFor: (accountId, signal) =>
      sessions.read(signal, (session) => lookup.responsibilityFor(session, accountId)),

    unprotectedAmong: (ids, signal) =>
      sessions.read(signal, (session) => lookup.unprotectedAmong(session, ids)),

    sweepAccounts: (take, signal) =>
      sessions.long(signal, (session) => lookup.sweep(session, take)),

    ...createPasswords(sessions, lookup, log),

    renew: (access) => sessions.renew(access),

    async close() {
      sessions.close();
    },
  };
}
