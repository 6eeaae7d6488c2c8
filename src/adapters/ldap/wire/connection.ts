import type { TLSSocket } from 'node:tls';

import { Client, Control, DN, ResultCodeError } from 'ldapts';
import type { BerWriter, Change, Entry, Filter, SearchOptions, SearchResult } from 'ldapts';

import type { Secret } from '../../../domain/secret.ts';
import { isOver } from '../../../ports/deadline.ts';
import { DirectoryError } from '../../../ports/errors.ts';
import { textOf, textsOf } from './entry.ts';
import { AnswerLost, isAbsence } from './errors.ts';

const PAGE_SIZE = 500;
/** A sweep holds two of these at a time; larger ones are no faster. */
const SWEEP_PAGE_SIZE = 250;

export interface Search {
  readonly base: string;
  readonly scope: 'base' | 'sub';
  readonly filter?: Filter;
  readonly attributes: readonly string[];
  /** Attributes that hold bytes. */
  readonly binary?: readonly string[];
  /** At most so many entries; absent: all, page by page. */
  readonly limit?: number;
  readonly controls?: readonly Control[];
}

/** A server's description of itself in its rootDSE. */
export interface ServerFacts {
  readonly namingContexts: readonly string[];
  readonly defaultNamingContext: string | undefined;
  readonly controls: readonly string[];
  readonly capabilities: readonly string[];
}

/**
 * LDAP on one verified TLS socket, for as long as that socket lives. It never reconnects: ldapts
 * would come back unauthenticated. Rejects with the server's ResultCodeError or with AnswerLost.
 */
export class Connection {
  /** As `openServers` finds it again. */
  readonly server: string;
  readonly #socket: TLSSocket;
  readonly #client: Client;
  #boundAs: string | undefined;
  /** The deadline of the work under way. */
  #deadline: AbortSignal | undefined;

  /** `answerMs`: the time for one request and its answer; ldapts alone would wait for ever. */
  constructor(server: string, socket: TLSSocket, answerMs: number) {
    this.server = server;
    this.#socket = socket;
    let isTaken = false;
    this.#client = new Client({
      url: 'ldap://verified-socket',
      timeout: answerMs,
      createConnection: () => {
        if (isTaken || socket.destroyed) throw new Error('the connection is gone');
        isTaken = true;
        return socket;
      },
    });
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  /** Whose rights it has: the name of the last bind, if that was accepted. */
  get boundAs(): string | undefined {
    return this.#boundAs;
  }

  /** Epoch ms until which the server's certificate is valid. */
  get certificateEndsAt(): number {
    return Date.parse(this.#socket.getPeerCertificate().valid_to);
  }

  /** Runs work on it. When the time is up it ends, and everything that waits on it. */
  async within<T>(deadline: AbortSignal, work: () => Promise<T>): Promise<T> {
    const end = (): void => {
      this.close();
    };
    if (deadline.aborted) end();
    deadline.addEventListener('abort', end, { once: true });
    this.#deadline = deadline;
    try {
      return await work();
    } finally {
      this.#deadline = undefined;
      deadline.removeEventListener('abort', end);
    }
  }

  /** One simple bind as an entry, by the name that the directory or the configuration gave it. */
  async bind(dn: string, password: Secret, controls: Control[] = []): Promise<void> {
    const plain = password.reveal();
    // RFC 4513 5.1.2: without a password a bind proves nothing, and yet succeeds.
    if (plain === '') throw new Error('a bind needs a password');
    this.#requireTime();
    this.#boundAs = undefined;
    // A DN object keeps ldapts from reading a name such as PLAIN as a SASL mechanism.
    await this.#answered(this.#client.bind(new VerbatimDn(dn), plain, controls));
    this.#boundAs = dn;
  }

  /** Entries only; references to other servers are not followed. */
  async search(search: Search): Promise<Entry[]> {
    const options: SearchOptions = {
      ...optionsOf(search),
      ...(search.limit === undefined && search.scope === 'sub'
        ? { paged: { pageSize: PAGE_SIZE } }
        : { sizeLimit: search.limit ?? 0 }),
    };
    const { searchEntries } = await this.#answered(
      this.#client.search(search.base, options, [...(search.controls ?? [])]),
    );
    return searchEntries;
  }

  /** The entry of that name; undefined where it is not there, or not shown. */
  async entryAt(
    base: string,
    attributes: readonly string[],
    binary: readonly string[] = [],
  ): Promise<Entry | undefined> {
    try {
      const [entry] = await this.search({ base, scope: 'base', attributes, binary });
      return entry;
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
  }

  async serverFacts(): Promise<ServerFacts> {
    const attributes = [
      'namingContexts',
      'defaultNamingContext',
      'supportedControl',
      'supportedCapabilities',
    ];
    const [root = { dn: '' }] = await this.search({ base: '', scope: 'base', attributes });
    return {
      namingContexts: textsOf(root, 'namingContexts'),
      defaultNamingContext: textOf(root, 'defaultNamingContext'),
      controls: textsOf(root, 'supportedControl'),
      capabilities: textsOf(root, 'supportedCapabilities'),
    };
  }

  /** The name of a base as the server writes it, so that names can be compared; undefined where it is not there. */
  async canonicalDn(base: string): Promise<string | undefined> {
    return (await this.entryAt(base, ['1.1']))?.dn;
  }

  /** The first entries alone, and nothing under way after them. Samba heeds no limit but a page's. */
  async firstPage(search: Omit<Search, 'limit'>): Promise<Entry[]> {
    const page = await this.#answered(this.#paged(search).next());
    return page.done === true ? [] : page.value.searchEntries;
  }

  /**
   * All entries page by page, for as many entries as there are. A caller that stops early leaves a page under
   * way: it needs a connection that nobody takes after it.
   */
  async *pages(search: Omit<Search, 'limit'>): AsyncGenerator<Entry[]> {
    const pages = this.#paged(search);
    // The next page comes while this one is worked off.
    let next = pages.next();
    for (;;) {
      const page = await this.#answered(next);
      if (page.done === true) return;
      next = pages.next();
      // The next page is not used where the work ends early.
      next.catch(() => undefined);
      yield page.value.searchEntries;
    }
  }

  async modify(dn: string, changes: Change[], controls: Control[] = []): Promise<void> {
    this.#requireTime();
    await this.#answered(this.#client.modify(dn, changes, controls));
  }

  async extended(oid: string, value: Buffer, controls: Control[] = []): Promise<void> {
    this.#requireTime();
    await this.#answered(this.#client.exop(oid, value, controls));
  }

  /** Lets the process end although the connection is kept. */
  rest(): void {
    this.#socket.unref();
  }

  wake(): void {
    this.#socket.ref();
  }

  /** Ends the connection at once; requests under way reject with AnswerLost. */
  close(): void {
    this.#socket.destroy();
  }

  /** Everything read before must still be true when a request changes or tries something. */
  #requireTime(): void {
    if (this.#deadline === undefined || !isOver(this.#deadline)) return;
    throw new DirectoryError('unreachable', 'time is up');
  }

  #paged(search: Omit<Search, 'limit'>): AsyncGenerator<SearchResult> {
    const options = { ...optionsOf(search), paged: { pageSize: SWEEP_PAGE_SIZE } };
    return this.#client.searchPaginated(search.base, options, [...(search.controls ?? [])]);
  }

  async #answered<T>(request: Promise<T>): Promise<T> {
    try {
      return await request;
    } catch (error) {
      if (error instanceof ResultCodeError) throw error;
      this.close();
      throw new AnswerLost('the connection ended before the answer', { cause: error });
    }
  }
}

function optionsOf({ scope, filter, attributes, binary = [] }: Search): SearchOptions {
  return {
    scope,
    attributes: [...attributes],
    explicitBufferAttributes: [...binary],
    derefAliases: 'never',
    ...(filter === undefined ? {} : { filter }),
  };
}

/** A control that the server obeys, or else refuses the request; `value` in BER. */
export class CriticalControl extends Control {
  readonly #value: Buffer;

  constructor(oid: string, value: readonly number[]) {
    super(oid, { critical: true });
    this.#value = Buffer.from(value);
  }

  protected override writeControl(writer: BerWriter): void {
    writer.writeBuffer(this.#value, 4);
  }
}

/** A name that goes out as it came in; DN of ldapts would take it apart and build it anew. */
class VerbatimDn extends DN {
  readonly #text: string;

  constructor(text: string) {
    super();
    this.#text = text;
  }

  override toString(): string {
    return this.#text;
  }
}
