import type { Answer } from './answers.ts';
import {
  BAD_CONTROL,
  BIND_METHOD_UNKNOWN,
  EXTENSION_UNKNOWN,
  NOT_BOUND,
  NO_RIGHT_TO_WRITE,
  SUCCESS,
} from './answers.ts';
import { children } from './ber.ts';
import type { Domain } from './domain.ts';
import type { Entry } from './entries.ts';
import { findAccount, logOn } from './logon.ts';
import { modify } from './modify.ts';
import type { Request } from './protocol.ts';
import { OPERATIONS, resultMessage } from './protocol.ts';
import type { OpenPages } from './search.ts';
import { search } from './search.ts';

/** One connection's state. */
export interface Session {
  readonly domain: Domain;
  who: Entry | undefined;
  readonly pages: OpenPages;
}

const START_TLS = '1.3.6.1.4.1.1466.20037';
const SIMPLE = 0x80;

/** Carries an operation out; the messages to send and the result code (-1: there is none). */
export function answerTo(
  session: Session,
  request: Request,
  isEncrypted: boolean,
): { answer: Buffer; code: number } {
  const { domain } = session;
  const tag = OPERATIONS[request.operation.tag as keyof typeof OPERATIONS].answer;
  if (tag === undefined) return { answer: Buffer.alloc(0), code: -1 };
  const reply = (answer: Answer) => ({
    answer: resultMessage(request.id, tag, answer),
    code: answer.code,
  });
  const isUnknown = ({ oid }: { oid: string }) => !domain.supportedControls.includes(oid);
  if (request.controls.some((control) => control.isCritical && isUnknown(control))) {
    return reply(BAD_CONTROL);
  }
  switch (request.name) {
    case 'bind':
      return reply(bind(session, request, isEncrypted));
    case 'search':
      return {
        answer: Buffer.concat(search(domain, session.who, request, session.pages)),
        code: 0,
      };
    case 'modify':
      return reply(modify(domain, session.who, request, isEncrypted));
    case 'extended':
      return reply(isStartTls(request) && !isEncrypted ? SUCCESS : EXTENSION_UNKNOWN);
    case 'add':
    case 'delete':
    case 'modifyDn':
    case 'compare':
      return reply(session.who === undefined ? NOT_BOUND : NO_RIGHT_TO_WRITE);
    case 'unbind':
    case 'abandon':
      return { answer: Buffer.alloc(0), code: -1 };
  }
}

export function isStartTls(request: Request): boolean {
  return request.name === 'extended' && oidOf(request) === START_TLS;
}

/** The name whose password a simple bind tries: the account's key, or the name where there is none. */
export function nameOfBind({ domain }: Session, { operation }: Request): string | undefined {
  const [, name, credentials] = children(operation);
  if (credentials?.tag !== SIMPLE || credentials.value.length === 0) return undefined;
  const text = name?.value.toString() ?? '';
  return findAccount(domain, text)?.key ?? text.toLowerCase();
}

function bind(session: Session, { operation }: Request, isEncrypted: boolean): Answer {
  const [, name, credentials] = children(operation);
  session.who = undefined; // RFC 4511 4.2.1: a bind that fails leaves the session anonymous
  if (credentials?.tag !== SIMPLE) return BIND_METHOD_UNKNOWN;
  const result = logOn(
    session.domain,
    name?.value.toString() ?? '',
    credentials.value.toString(),
    isEncrypted,
  );
  session.who = result.who;
  return result.answer;
}

function oidOf({ operation }: Request): string {
  return children(operation)[0]?.value.toString() ?? '';
}
