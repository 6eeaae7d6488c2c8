import { Attribute, BerReader, BerWriter, Change, Client } from 'ldapts';

type Search = Parameters<Client['search']>;
type Modify = Parameters<Client['modify']>;
type Exop = Parameters<Client['exop']>;

/** One operation that the product's adapter asked of ldapts. */
export type Operation =
  | { readonly name: 'search'; readonly args: Search }
  | { readonly name: 'modify'; readonly args: Modify }
  | { readonly name: 'exop'; readonly args: Exop }
  /** The bind that proves the new password. */
  | { readonly name: 'bind'; readonly dn: Parameters<Client['bind']>[0] };

/** Runs `work` and gives its operations on ldapts, without the service account's own binds. */
export async function recordOperations(
  work: () => Promise<void>,
  serviceDn: string,
): Promise<Operation[]> {
  const operations: Operation[] = [];
  const { search, modify, exop, bind } = Client.prototype;
  Client.prototype.search = function (this: Client, ...args: Search) {
    // Only the searches of every new connection: the floor has its own connection.
    if (args[0] !== '') operations.push({ name: 'search', args });
    return search.apply(this, args);
  };
  Client.prototype.modify = function (this: Client, ...args: Modify) {
    operations.push({ name: 'modify', args });
    return modify.apply(this, args);
  };
  Client.prototype.exop = function (this: Client, ...args: Exop) {
    operations.push({ name: 'exop', args });
    return exop.apply(this, args);
  };
  Client.prototype.bind = function (this: Client, dn, ...rest) {
    if (String(dn) !== serviceDn) operations.push({ name: 'bind', dn });
    return bind.call(this, dn, ...rest);
  };
  try {
    await work();
  } finally {
    Object.assign(Client.prototype, { search, modify, exop, bind });
  }
  return operations;
}

export interface Replay {
  /** Bound as the service account. */
  readonly client: Client;
  /** For the binds that prove a password, which would take the other client its rights. */
  readonly forBinds: Client;
  readonly password: string;
}

/** The same operations in the same order, with another password. */
export async function replay(
  operations: readonly Operation[],
  { client, forBinds, password }: Replay,
): Promise<void> {
  for (const operation of operations) {
    switch (operation.name) {
      case 'search':
        await client.search(...operation.args);
        break;
      case 'modify': {
        const [dn, changes, controls] = operation.args;
        await client.modify(
          dn,
          [changes].flat().map((change) => withPassword(change, password)),
          controls,
        );
        break;
      }
      case 'exop': {
        const [oid, value, controls] = operation.args;
        await client.exop(oid, modifyPassword(Buffer.from(value ?? ''), password), controls);
        break;
      }
      case 'bind':
        await forBinds.bind(operation.dn, password);
        break;
    }
  }
}

function withPassword(change: Change, password: string): Change {
  if (change.modification.type !== 'unicodePwd') return change;
  const values = [Buffer.from(`"${password}"`, 'utf16le')];
  const modification = new Attribute({ type: 'unicodePwd', values });
  return new Change({ operation: 'replace', modification });
}

/** RFC 3062 with the same identity and another password. */
function modifyPassword(value: Buffer, password: string): Buffer {
  const reader = new BerReader(value);
  reader.readSequence();
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeString(reader.readString(0x80) ?? '', 0x80);
  writer.writeString(password, 0x82);
  writer.endSequence();
  return writer.buffer;
}
