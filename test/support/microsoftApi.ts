import type { IncomingHttpHeaders } from 'node:http';
import { isAssertionOf } from './botCertificate.ts';
import { faultOfBody } from './connectorBodies.ts';

/** The paths on which the channel's keys are found, as at login.botframework.com. */
export const METADATA_PATH = '/v1/.well-known/openidconfiguration';
export const KEYS_PATH = '/v1/.well-known/keys';
/** The path of the region's connector: the end of a serviceUrl. */
export const SERVICE_PATH = '/emea/';

const CONVERSATIONS = `${SERVICE_PATH}v3/conversations`;
/** MSAL gives each of its requests an id. */
const TOKEN_PATH = /^\/[0-9a-f-]{36}\/oauth2\/v2\.0\/token(?:\?client-request-id=[0-9a-f-]{36})?$/;
const JSON_TYPE = 'application/json; charset=utf-8';
const FORM_TYPE = 'application/x-www-form-urlencoded;charset=utf-8';
const SCOPE = 'https://api.botframework.com/.default';

/** A request that Microsoft's services know, or the status with which they refuse it. */
export type Asked =
  | { readonly operation: 'metadata' | 'keys' | 'login' }
  | { readonly operation: 'create' }
  | { readonly operation: 'post'; readonly conversationId: string }
  | {
      readonly operation: 'update' | 'member';
      readonly conversationId: string;
      readonly id: string;
    }
  | { readonly operation: 'none'; readonly status: number; readonly fault: string };

export interface RawRequest {
  readonly method?: string | undefined;
  /** As it stands on the wire. */
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The bot's registration; a secret or a certificate is the only one that it knows, any secret where neither is given. */
export interface Registration {
  readonly appId: string;
  secret?: string;
  /** PEM. */
  certificate?: string;
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

function isProof(form: URLSearchParams, { appId, secret, certificate }: Registration): boolean {
  const given = form.get('client_secret');
  if (certificate === undefined) return secret === undefined ? Boolean(given) : given === secret;
  const assertion = form.get('client_assertion') ?? '';
  const isTyped = form.get('client_assertion_type') === ASSERTION_TYPE;
  return isTyped && given === null && isAssertionOf(assertion, certificate, appId);
}

/** Reads a request to the connector, to the login or for the keys; refuses any other. */
export function readAsked(request: RawRequest, registration: Registration): Asked {
  const asked = routeOf(request);
  const type = request.headers['content-type'];
  switch (asked.operation) {
    case 'none':
    case 'metadata':
    case 'keys':
    case 'member':
      return asked;
    case 'login': {
      if (type !== FORM_TYPE) return none(415, 'content type');
      const form = new URLSearchParams(request.body);
      const isKnown =
        form.get('client_id') === registration.appId &&
        form.get('grant_type') === 'client_credentials' &&
        isProof(form, registration) &&
        (form.get('scope') ?? '').split(' ').includes(SCOPE);
      return isKnown ? asked : none(400, 'login');
    }
    case 'create':
    case 'post':
    case 'update': {
      if (type !== JSON_TYPE) return none(415, 'content type');
      const body = parse(request.body);
      const className = asked.operation === 'create' ? 'ConversationParameters' : 'Activity';
      const fault = faultOfBody(className, body);
      return fault === undefined ? asked : none(400, fault);
    }
  }
}

function routeOf({ method, url = '' }: RawRequest): Asked {
  const isGet = method === 'GET';
  if (url === METADATA_PATH) return isGet ? { operation: 'metadata' } : none(405, url);
  if (url === KEYS_PATH) return isGet ? { operation: 'keys' } : none(405, url);
  if (TOKEN_PATH.test(url)) {
    return method === 'POST' ? { operation: 'login' } : none(405, url);
  }
  if (url === CONVERSATIONS) return method === 'POST' ? { operation: 'create' } : none(405, url);
  const [, conversation = '', collection, rest] =
    /^([^/]+)\/(activities|members)(?:\/([^/]+))?$/.exec(url.slice(CONVERSATIONS.length + 1)) ?? [];
  const ids = [conversation, ...(rest === undefined ? [] : [rest])].map(idOf);
  const [conversationId, id] = ids;
  if (!url.startsWith(`${CONVERSATIONS}/`) || conversationId === undefined) return none(404, url);
  if (collection === 'activities' && rest === undefined) {
    return method === 'POST' ? { operation: 'post', conversationId } : none(405, url);
  }
  if (id === undefined) return none(404, url);
  const operation = collection === 'activities' ? 'update' : 'member';
  const isMethod = method === (operation === 'update' ? 'PUT' : 'GET');
  return isMethod ? { operation, conversationId, id } : none(405, url);
}

/** An id as Microsoft's client writes it into a path; undefined where it is written otherwise. */
function idOf(segment: string): string | undefined {
  const id = safelyDecoded(segment);
  return id !== undefined && id !== '' && encodeURIComponent(id) === segment ? id : undefined;
}

function safelyDecoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function none(status: number, fault: string): Asked {
  return { operation: 'none', status, fault };
}
