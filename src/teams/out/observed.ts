import { NotifierError } from '../../ports/errors.ts';
import type { Metrics } from '../../ports/metrics.ts';
import { measured } from '../../service/watch/observed.ts';
import type { Connector } from './connector.ts';
import type { Login } from './login.ts';

/** The connector, whose every call is measured. */
export function observeConnector(connector: Connector, metrics: Metrics): Connector {
  const faultOf = (error: unknown): string =>
    error instanceof NotifierError ? error.code : 'other';
  const observed =
    <A extends unknown[], T>(operation: string, call: (...args: A) => Promise<T>) =>
    (...args: A): Promise<T> =>
      measured(metrics, 'connector', operation, () => call(...args), faultOf);
  return {
    post: observed('post', connector.post),
    open: observed('open', connector.open),
    say: observed('say', connector.say),
    update: observed('update', connector.update),
    member: observed('member', connector.member),
  };
}

/** The login, whose every token, kept or fetched, is measured. */
export function observeLogin(login: Login, metrics: Metrics): Login {
  return {
    ...login,
    token: () =>
      measured(
        metrics,
        'login',
        'token',
        () => login.token(),
        () => 'noToken',
      ),
  };
}
