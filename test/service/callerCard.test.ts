import { expect, it } from '@jest/globals';
import type { CallerState } from '../../src/domain/desk/callerCheck.ts';
import { callerCard } from '../../src/service/desk/answer.ts';

const NOW = Date.parse('2026-11-30T09:00:00Z');
const asked = {
  ...{ id: 'call-1', agentEntry: 'entry', agentName: 'Anna Berg', managerEntry: 'other' },
  ...{ accountId: 'a', accountName: 'hemvardsgruppen', lookId: 'look-1', askedAt: NOW, version: 1 },
  agent: { tenantId: 't', aadObjectId: 'agent' },
  manager: { tenantId: 't', aadObjectId: 'manager' },
};

it.each<[CallerState, string]>([
  [{ step: 'confirmed', until: NOW }, 'confirmed'],
  [{ step: 'vouched', until: NOW, vouchedUntil: NOW }, 'confirmed'],
  [{ step: 'denied', reason: 'wrongNumber' }, 'wrongNumber'],
  [{ step: 'denied', reason: 'denied' }, 'denied'],
  [{ step: 'waiting', numbers: [23, 45, 67], right: 45, expiresAt: NOW - 1 }, 'late'],
  // The question came after all, though Teams had not said so.
  [{ step: 'notReached' }, 'late'],
  [{ step: 'expired' }, 'late'],
])('the card of a question that ended says how: %j', (state, answer) => {
  const done = { card: 'caller.done', agentName: 'Anna Berg', answer };
  expect(callerCard({ ...asked, state }, NOW)).toEqual(done);
});
