import { describe, expect, it } from '@jest/globals';
import type { Flow, ResetState, EnrollmentState } from '../../src/domain/flows/flow.ts';
import { cancelledView, viewOf } from '../../src/service/flow/views.ts';
import { NOW, OLD, RULES } from '../domain/machineSamples.ts';

const frame = {
  id: 'f',
  manager: { tenantId: 't', aadObjectId: 'm' },
  accountId: 'a',
  accountName: 'hemvardsgruppen',
  startedAt: NOW,
  expiresAt: NOW + 900_000,
  draw: 1,
  version: 1,
  passwordVersion: 'v',
};
const waiting = { expiresAt: NOW + 300_000, malformed: 0, firstDraw: 1 };
const fresh = { isOldProven: false };
const replacing = { known: { mobile: OLD, isEnrolled: true }, isOldProven: false };
const confirmed = { ...replacing, isOldProven: true };

function progressOf(flow: Flow): string | undefined {
  const view = viewOf(flow, NOW);
  const progress = view !== undefined && 'progress' in view ? view.progress : undefined;
  return progress && `${String(progress.step)} of ${String(progress.of)}`;
}

describe('cancelledView', () => {
  const sent = [{ digest: 'd' }];
  it.each<[string, boolean, readonly ResetState[]]>([
    ['a reset', true, [{ step: 'cancelled' }]],
    ['a reset whose write may still come', false, [{ step: 'cancelled', sent }]],
    ['nothing', false, []],
    ['a reset whose outcome is sought', false, [{ step: 'unknown', since: NOW, rules: RULES }]],
    ['one reset and not another', false, [{ step: 'cancelled', sent }, { step: 'cancelled' }]],
    ['two resets', true, [{ step: 'cancelled' }, { step: 'cancelled' }]],
  ])('says of %s whether the password is kept: %s', (_what, isPasswordKept, states) => {
    const flows = states.map((state): Flow => ({ ...frame, purpose: 'reset', state }));
    expect(cancelledView(flows)).toEqual({ card: 'cancelled', isPasswordKept });
  });

  it('says nothing of a password where something else was cancelled', () => {
    const state = { step: 'cancelled' } as const;
    const flows = (['enrollment', 'unlock'] as const).map((purpose): Flow => ({
      ...frame,
      purpose,
      state,
    }));
    expect(cancelledView(flows)).toEqual({ card: 'cancelled', isPasswordKept: false });
  });
});

describe('viewOf', () => {
  it.each<[string, string, EnrollmentState]>([
    ['a first enrollment begins', '1 of 3', { step: 'currentPassword' }],
    ['it asks for the number', '2 of 3', { step: 'mobile', malformed: 0, ...fresh }],
    ['it waits for the code', '3 of 3', { step: 'code', mobile: OLD, ...waiting, ...fresh }],
    ['a number change begins', '1 of 4', { step: 'currentPassword', isChange: true }],
    ['it asks for the new number', '2 of 4', { step: 'mobile', malformed: 0, ...replacing }],
    [
      'it waits for the old number’s code',
      '3 of 4',
      { step: 'oldCode', mobile: OLD, newMobile: OLD, ...waiting, ...replacing },
    ],
    [
      'it waits for the new one’s',
      '4 of 4',
      { step: 'code', mobile: OLD, ...waiting, ...confirmed },
    ],
    ['the same number is kept', '3 of 3', { step: 'code', mobile: OLD, ...waiting, ...replacing }],
  ])('says where the manager is when %s: %s', (_when, progress, state) => {
    expect(progressOf({ ...frame, purpose: 'enrollment', state })).toBe(progress);
  });

  it.each<[string, ResetState]>([
    ['1 of 2', { step: 'code', mobile: OLD, enrollmentId: 'e', ...waiting }],
    ['2 of 2', { step: 'newPassword', rules: RULES }],
  ])('says %s in a reset', (progress, state) => {
    expect(progressOf({ ...frame, purpose: 'reset', state })).toBe(progress);
  });

  it('counts no steps where there is only one', () => {
    const state = { step: 'code', mobile: OLD, enrollmentId: 'e', ...waiting } as const;
    expect(progressOf({ ...frame, purpose: 'unlock', state })).toBeUndefined();
  });
});
