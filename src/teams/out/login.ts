import { X509Certificate } from 'node:crypto';
import { ConfidentialClientApplication } from '@azure/msal-node';
import type {
  INetworkModule,
  NetworkRequestOptions,
  NetworkResponse,
  NodeAuthOptions,
} from '@azure/msal-node';
import { answerText } from '../../ports/answerText.ts';
import { withDeadline } from '../../ports/deadline.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Log } from '../../ports/log.ts';
import { single } from '../../service/waiting/waiting.ts';
import { hasElapsed } from '../recent.ts';

const MICROSOFT_LOGIN = 'https://login.microsoftonline.com';
const SCOPE = 'https://api.botframework.com/.default';
const REQUEST_TIMEOUT_MS = 5_000;
/** After a failure no request is made for this long, so that an outage is not answered with a storm. */
const PAUSE_MS = 1_000;
/** How long before its end a token is renewed. */
const RENEW_BEFORE_MS = 5 * 60_000;
/** RFC 6750 2.1: any other character could not be sent, or would begin another header. */
const BEARER_TOKEN = /^[\w.~+/-]+=*$/;

/** The bot's proof of itself: a client secret, or a certificate and its key in PEM. */
export type LoginCredential =
  { readonly secret: Secret } | { readonly certificate: string; readonly key: Secret };

export interface LoginOptions {
  readonly appId: string;
  readonly credential: LoginCredential;
  readonly tenantId: string;
  /** Origin that is asked in place of Microsoft's. */
  readonly loginUrl: string;
  readonly clock: () => number;
  readonly log: Log;
}

/** The bot's own token, with which it calls the connector. */
export interface Login {
  /** Kept until shortly before it ends. Rejects within 5 s where there is none to be had. */
  token(): Promise<string>;
  /** The connector refused the token: the next call fetches a new one. */
  forget(): void;
  /** From the first failed request until the next good one. */
  isFailing(): boolean;
  /** From the next request on the bot proves itself by this one; a token at hand stays good. */
  replace(credential: LoginCredential): void;
}

/** Client credentials by MSAL, one request at a time. */
export function createLogin(options: LoginOptions): Login {
  const { clock, log } = options;
  let credential = options.credential;
  let application = openApplication(options, credential);
  let isForgotten = false;
  let kept: { readonly token: string; readonly endsAt: number } | undefined;
  let failure: { readonly error: unknown; readonly at: number } | undefined;

  const ask = single(async (): Promise<string> => {
    try {
      const result = await application.acquireTokenByClientCredential({
        scopes: [SCOPE],
        skipCache: isForgotten,
      });
      if (!result || !BEARER_TOKEN.test(result.accessToken)) {
        throw new Error('the answer holds no token');
      }
      isForgotten = false;
      failure = undefined;
      kept = { token: result.accessToken, endsAt: result.expiresOn?.getTime() ?? 0 };
      return result.accessToken;
    } catch (error) {
      if (!failure) log.error({ fault: error }, 'the bot cannot log in');
      failure = { error, at: clock() };
      // MSAL itself would refuse for a minute after one bad answer; a new client remembers nothing.
      application = openApplication(options, credential);
      throw error;
    }
  });

  return {
    async token() {
      const now = clock();
      const good = kept && now < kept.endsAt ? kept : undefined;
      if (good && now < good.endsAt - RENEW_BEFORE_MS) return good.token;
      if (failure && !hasElapsed(PAUSE_MS, failure.at, now)) {
        if (good) return good.token;
        throw failure.error;
      }
      const renewed = ask();
      if (good === undefined) return renewed;
      // It is as good as a new one: no caller waits for the renewal, or hears of its failure.
      renewed.catch(() => undefined);
      return good.token;
    },
    forget() {
      kept = undefined;
      isForgotten = true;
    },
    isFailing: () => failure !== undefined,
    replace(next) {
      // The failure was the former one's: what is to be sent now does not wait for it.
      if (failure) failure = { ...failure, at: -Infinity };
      credential = next;
      application = openApplication(options, credential);
    },
  };
}

function openApplication({ appId, tenantId, loginUrl }: LoginOptions, credential: LoginCredential) {
  return new ConfidentialClientApplication({
    // MSAL takes no authority over plain http; the host is exchanged below it instead.
    auth: {
      clientId: appId,
      ...proofOf(credential),
      authority: `${MICROSOFT_LOGIN}/${tenantId}`,
    },
    system: { networkClient: createNetworkClient(loginUrl) },
  });
}

function proofOf(
  credential: LoginCredential,
): Pick<NodeAuthOptions, 'clientSecret' | 'clientCertificate'> {
  if ('secret' in credential) return { clientSecret: credential.secret.reveal() };
  const { fingerprint256 } = new X509Certificate(credential.certificate);
  return {
    clientCertificate: {
      thumbprintSha256: fingerprint256.replaceAll(':', ''),
      privateKey: credential.key.reveal(),
    },
  };
}

function createNetworkClient(loginUrl: string): INetworkModule {
  const send = async <T>(
    method: 'GET' | 'POST',
    url: string,
    options?: NetworkRequestOptions,
  ): Promise<NetworkResponse<T>> => {
    const target = new URL(url);
    const asked = target.origin === MICROSOFT_LOGIN ? new URL(target.pathname, loginUrl) : target;
    asked.search = target.search;
    return withDeadline(REQUEST_TIMEOUT_MS, undefined, async (signal) => {
      const response = await fetch(asked, {
        method,
        redirect: 'error',
        signal,
        ...(options?.headers ? { headers: options.headers } : {}),
        ...(options?.body ? { body: options.body } : {}),
      });
      return {
        headers: Object.fromEntries(response.headers),
        body: JSON.parse(await answerText(response.body)) as T,
        status: response.status,
      };
    });
  };
  return {
    sendGetRequestAsync: (url, options) => send('GET', url, options),
    sendPostRequestAsync: (url, options) => send('POST', url, options),
  };
}
