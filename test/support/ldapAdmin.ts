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
      timeout: 30_000,
      connectTimeout: 30_000,
    });
  const client = newClient();
  await client.bind(server.adminDn, server.adminPassword);
  return {
    add: (dn, attributes) => client.add(dn, attributes),
    put: (dn, type, values, controls) => {
      const modification = new Attribute({ type, values: values as string[] | Buffer[] });
      return client.modify(dn, new Change({ operation: 'replace', modification }), controls);
    },
    async read(dn) {
      const attributes = ['*', '+'];
      const { searchEntries } = await client.search(dn, { scope: 'base', attributes });
      return searchEntries[0]!;
    },
    async bytesOf(dn, attribute) {
      const wanted = { attributes: [attribute], explicitBufferAttributes: [attribute] };
      const { searchEntries } = await client.search(dn, { scope: 'base', ...wanted });
      const value = searchEntries[0]?.[attribute];
      if (!Buffer.isBuffer(value)) throw new Error(`no ${attribute}`);
      return value;
    },
    remove: (dn) => client.del(dn),
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
