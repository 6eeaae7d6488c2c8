import { Attribute, Change, Client } from 'ldapts';
import type { Control, Entry } from 'ldapts';

/** A client of a directory with an administrator's rights, to prepare a test and check its effects. */
export interface LdapAdmin {
  add(dn: string, attributes: Record<string, string | string[]>): Promise<void>;
  /** Replaces an attribute's values; none removes it. */
  put(
    dn: string,
    attribute: string,
    values: (string | Buffer)[],
    controls?: Control[],
  ): Promise<void>;
  read(dn: string): Promise<Entry>;
  /** The bytes of one attribute. */
  bytesOf(dn: string, attribute: string): Promise<Buffer>;
  remove(dn: string): Promise<void>;
  /** Gives an entry another name or place. */
  move(dn: string, to: string): Promise<void>;
  /** Whether a bind succeeds, on a connection of its own. */
  binds(dn: string, password: string): Promise<boolean>;
  close(): Promise<void>;
}

export async function openLdapAdmin(server: {
  readonly host: string;
  readonly ldapsPort: number;
  readonly caPem: string;
  readonly adminDn: string;
  readonly adminPassword: string;
}): Promise<LdapAdmin> {
  const newClient = (): Client =>
    new Client({
      url: `ldaps://${server.host}:${server.ldapsPort}`,
      tlsOptions: { ca: server.caPem },
      timeout: 90_000,
      connectTimeout: 90_000,
    });
  const client = newClient();
  /** A busy server may have ended the connection; the client makes another one, which has no rights. */
  async function bound(): Promise<Client> {
    if (!client.isConnected) await client.bind(server.adminDn, server.adminPassword);
    return client;
  }
  await bound();
  return {
    add: async (dn, attributes) => (await bound()).add(dn, attributes),
    put: async (dn, type, values, controls) => {
      const modification = new Attribute({ type, values: values as string[] | Buffer[] });
      const change = new Change({ operation: 'replace', modification });
      return (await bound()).modify(dn, change, controls);
    },
    async read(dn) {
      const attributes = ['*', '+'];
      const { searchEntries } = await (await bound()).search(dn, { scope: 'base', attributes });
      return searchEntries[0]!;
    },
    async bytesOf(dn, attribute) {
      const wanted = { attributes: [attribute], explicitBufferAttributes: [attribute] };
      const { searchEntries } = await (await bound()).search(dn, { scope: 'base', ...wanted });
      const value = searchEntries[0]?.[attribute];
      if (!Buffer.isBuffer(value)) throw new Error(`no ${attribute}`);
      return value;
    },
    remove: async (dn) => (await bound()).del(dn),
    move: async (dn, to) => (await bound()).modifyDN(dn, to),
    async binds(dn, password) {
      const other = newClient();
      try {
        await other.bind(dn, password);
        return true;
      } catch {
        return false;
      } finally {
        await other.unbind();
      }
    },
    close: () => client.unbind(),
  };
}
