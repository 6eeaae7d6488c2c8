import type { BerWriter } from 'ldapts';
import { Attribute, Change, Client, Control } from 'ldapts';
import type { Authority } from '../../../demo/certificates.ts';
import { createAuthority } from '../../../demo/certificates.ts';
import type { DomainOptions } from '../../../demo/directory/adDomain.ts';
import { DemoDirectory } from '../../../demo/directory/server.ts';

const SERVICE_PASSWORD = 'Tjänst-lösen 1';
export const ACCOUNT_PASSWORD = 'Gammalt-lösen1';
export const POLICY_HINTS = '1.2.840.113556.1.4.2239';

let authority: Promise<Authority> | undefined;
const open: { close(): Promise<void> }[] = [];

/** A directory with a manager, her account and a service account with rights over the account's OU. */
export async function startDirectory(options: DomainOptions = {}) {
  authority ??= createAuthority();
  const { caPem, issue } = await authority;
  const server = { commonName: 'dc1', dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] };
  const directory = new DemoDirectory({ ...options, tls: await issue(server) });
  const accounts = directory.organizationalUnit('Konton').dn;
  const services = directory.organizationalUnit('Tjänster').dn;
  const manager = directory.user({ name: 'asa', commonName: 'Åsa Lindberg' });
  const account = directory.user({
    name: 'hemvard',
    parent: accounts,
    password: ACCOUNT_PASSWORD,
    attributes: { manager: manager.dn, displayName: 'Hemvårdsgruppen' },
  });
  const service = directory.user({ name: 'svc', parent: services, password: SERVICE_PASSWORD });
  directory.delegate(service.dn, accounts);
  const ports = await directory.listen();
  open.push(directory);

  const newClient = (url = `ldaps://127.0.0.1:${ports.ldapsPort}`) => {
    const isTls = url.startsWith('ldaps:');
    const client = new Client({
      url,
      timeout: 60_000,
      connectTimeout: 60_000,
      ...(isTls ? { tlsOptions: { ca: caPem } } : {}),
    });
    open.push({ close: () => client.unbind().catch(() => undefined) });
    return client;
  };
  /** A client that is bound as the service account. */
  const asService = async () => {
    const client = newClient();
    await client.bind(service.dn, SERVICE_PASSWORD);
    return client;
  };
  return { directory, ports, caPem, accounts, manager, account, service, newClient, asService };
}

export async function stopAll(): Promise<void> {
  for (const one of open.splice(0).reverse()) await one.close();
}

/** The result of an operation as one line: `ok`, or code and message without its end. */
export async function outcome(operation: Promise<unknown>): Promise<string> {
  try {
    await operation;
    return 'ok';
  } catch (error) {
    const { code, message } = error as { code?: number | string; message: string };
    return `${code ?? ''} ${message}`.trim();
  }
}

/** `unicodePwd` as the directory wants it: quoted, UTF-16LE. */
function passwordChange(operation: 'replace' | 'delete' | 'add', password: string): Change {
  const values = [Buffer.from(`"${password}"`, 'utf16le')];
  return new Change({ operation, modification: new Attribute({ type: 'unicodePwd', values }) });
}

export function replace(type: string, value: string): Change {
  return new Change({
    operation: 'replace',
    modification: new Attribute({ type, values: [value] }),
  });
}

/** Sets a password without the old one. */
export function reset(client: Client, dn: string, password: string, ...controls: Control[]) {
  return client.modify(dn, passwordChange('replace', password), controls);
}

/** Sets a password with the old one. */
export function change(client: Client, dn: string, old: string, password: string) {
  return client.modify(dn, [passwordChange('delete', old), passwordChange('add', password)]);
}

/** The critical control with Flags=1 (or other bytes). */
export class PolicyHints extends Control {
  readonly #bytes: Buffer;

  constructor(bytes = Buffer.from([0x30, 0x03, 0x02, 0x01, 0x01])) {
    super(POLICY_HINTS, { critical: true });
    this.#bytes = bytes;
  }

  override writeControl(writer: BerWriter): void {
    writer.writeBuffer(this.#bytes, 0x04);
  }
}
