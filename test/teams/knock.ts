import { expect } from '@jest/globals';
import { message } from '../support/activities.ts';
import type { Activity } from '../support/activities.ts';
import type { Bench } from './support.ts';

/** Sends an activity and tells its status; the body must be empty where it was refused. */
export async function sendAs(
  bench: Bench,
  change: Activity,
  token?: string | null,
): Promise<number> {
  const activity = { ...bench.teams.from(bench.anna, message('hej')), ...change };
  const answer = await bench.teams.send(bench.url, activity, token === undefined ? {} : { token });
  if (answer.status !== 200) expect(answer.text).toBe('');
  return answer.status;
}

/** The service was not asked, and no message was sent. */
export function expectNothingDone({ turns, teams }: Bench): void {
  expect(turns.taken).toEqual([]);
  expect(teams.sent).toEqual([]);
  expect(teams.memberRequests).toEqual([]);
  expect(teams.logins).toBe(0);
}
