import { decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose';
import { CHANNEL, toInbound, type Inbound, type RawActivity } from '../in/activity.ts';
import type { ServiceHosts } from '../out/serviceHosts.ts';
import type { SigningKey, SigningKeys } from './signingKeys.ts';

const ALGORITHMS = ['RS256', 'RS384', 'RS512'];
const ISSUER = 'https://api.botframework.com';
const CLOCK_TOLERANCE_SECONDS = 300;
/** A key named by the token itself proves nothing; a token that brings one is an attack. */
const FORBIDDEN_HEADERS = ['jku', 'jwk', 'x5u', 'x5c'];

export interface GuardOptions {
  /** `off` is for chat clients on the same machine: no token is asked for. */
  readonly auth: 'on' | 'off';
  readonly appId: string;
  /** Empty only where `auth` is off; any tenant is then admitted. */
  readonly tenantId: string;
  readonly isServiceHost: ServiceHosts;
  readonly keys: SigningKeys;
  readonly clock: () => number;
}

/** `ignored`: well authenticated, but not from a person. */
type Verdict =
  | { readonly outcome: 'admitted'; readonly activity: Inbound }
  | { readonly outcome: 'ignored' }
  | { readonly outcome: 'refused'; readonly status: 401 | 403 | 503; readonly why: string };

/** A verified token, or none where none is asked for. */
interface Bearer {
  readonly outcome: 'bearer';
  /** The claim; undefined where no token is asked for. */
  readonly serviceUrl?: string;
}

/** The reason why the activity has no effect. */
export type Refused = Extract<Verdict, { outcome: 'refused' }>;

/** Decides which requests are admitted, before the SDK sees anything. Changes and logs nothing. */
export interface Guard {
  /** Verifies the token by itself, so that a stranger’s body need not be parsed. */
  authenticate(authorization: string | undefined): Promise<Bearer | Refused>;
  /** Decides about an activity that came with the token. */
  admit(bearer: Bearer, activity: RawActivity): Verdict;
}

export function createGuard(options: GuardOptions): Guard {
  return {
    authenticate: (authorization) =>
      options.auth === 'on'
        ? checkToken(options, authorization)
        : Promise.resolve({ outcome: 'bearer' }),
    admit(bearer, activity) {
      const isElsewhere = options.auth === 'on' && bearer.serviceUrl !== activity.serviceUrl;
      const refusal = isElsewhere ? refused(401, 'serviceurl') : checkOrigin(options, activity);
      if (refusal) return refusal;
      if (activity.from.role === 'bot' || activity.from.role === 'skill') {
        return { outcome: 'ignored' };
      }
      const inbound = toInbound(activity, `28:${options.appId}`);
      return inbound ? { outcome: 'admitted', activity: inbound } : refused(403, 'person');
    },
  };
}

const TOKEN_FORM = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/;

/** Whether the header has the form of a bearer's token. */
export function hasTokenForm(authorization: string | undefined): boolean {
  return TOKEN_FORM.test(authorization ?? '');
}

function refused(status: 401 | 403 | 503, why: string): Refused {
  return { outcome: 'refused', status, why };
}

/** Bot Connector authentication: "Authenticate requests from the Bot Connector service", steps 1 to 7. */
async function checkToken(
  options: GuardOptions,
  authorization: string | undefined,
): Promise<Bearer | Refused> {
  const token = TOKEN_FORM.exec(authorization ?? '')?.[1];
  const kid = token ? readKeyId(token) : undefined;
  if (!token || kid === undefined) return refused(401, 'token');
  const key = await options.keys.find(kid);
  if (key === 'unavailable') return refused(503, 'keys');
  if (!key) return refused(401, 'kid');
  const claims = await verify(token, key, options);
  if (!claims) return refused(401, 'signature or claims');
  // jose accepts a list that contains the audience; the channel sends one string.
  if (claims.aud !== options.appId) return refused(401, 'aud');
  const serviceUrl = claims['serviceurl'];
  if (typeof serviceUrl !== 'string' || serviceUrl === '') return refused(401, 'serviceurl');
  const isEndorsed = key.endorsements.length === 0 || key.endorsements.includes(CHANNEL);
  return isEndorsed ? { outcome: 'bearer', serviceUrl } : refused(401, 'endorsements');
}

/** The id of the key by which the token is signed; undefined where the header is not as the channel makes it. */
function readKeyId(token: string): string | undefined {
  try {
    const header = decodeProtectedHeader(token);
    if (FORBIDDEN_HEADERS.some((name) => name in header)) return undefined;
    const { alg, kid } = header;
    return typeof kid === 'string' && alg && ALGORITHMS.includes(alg) ? kid : undefined;
  } catch {
    return undefined;
  }
}

async function verify(
  token: string,
  { publicKey }: SigningKey,
  { appId, clock }: GuardOptions,
): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await jwtVerify(token, publicKey, {
      algorithms: ALGORITHMS,
      issuer: ISSUER,
      audience: appId,
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(clock()),
    });
    return payload;
  } catch {
    return undefined;
  }
}

/** Channel, service host and tenant. A missing tenant is not ours (requirement A3). */
function checkOrigin(options: GuardOptions, activity: RawActivity): Refused | undefined {
  if (activity.channelId !== CHANNEL) return refused(403, 'channel');
  if (!activity.serviceUrl || !options.isServiceHost(activity.serviceUrl)) {
    return refused(403, 'serviceUrl');
  }
  if (options.auth === 'off' && !options.tenantId) return undefined;
  const ours = options.tenantId.toLowerCase();
  const named = [activity.channelData.tenant.id, activity.conversation.tenantId];
  return ours && named.every((tenant) => tenant?.toLowerCase() === ours)
    ? undefined
    : refused(403, 'tenant');
}
