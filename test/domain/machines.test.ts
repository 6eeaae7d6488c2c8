import { describe, expect, it } from '@jest/globals';
import type { UnlockState } from '../../src/domain/flows/flow.ts';
import { isEnded } from '../../src/domain/flows/lifetime.ts';
import { stepUnlock } from '../../src/domain/flows/unlock.ts';
import { ENROLLMENT_STATES, NOW, OLD, RESET_STATES, UNLOCK_STATES } from './machineSamples.ts';
import { beginningsOf, enrollment, reset, unlock } from './machineTables.ts';

describe('every machine', () => {
  it.each([
    ['enrollment', enrollment],
    ['reset', reset],
    ['unlock', unlock],
  ])('%s never leaves an ended state', (_name, transitions) => {
    const ended = ['done', 'refused', 'cancelled', 'superseded', 'expired'];
    const left = transitions.filter(
      ({ from, to }) => ended.includes(from) && to !== 'unchanged' && to !== from,
    );
    expect(left).toEqual([]);
    expect(transitions.filter(({ from }) => ended.includes(from)).length).toBeGreaterThan(50);
  });

  it.each([
    ['enrollment', enrollment],
    ['reset', reset],
    ['unlock', unlock],
  ])('%s is ended by each ending event from each open state', (_name, transitions) => {
    const endings = ['refused', 'cancelled', 'superseded', 'expired'];
    const open = transitions.filter(
      ({ from, on }) => endings.includes(on) && ![...endings, 'done'].includes(from),
    );
    expect(open.every(({ on, to }) => on === to)).toBe(true);
    expect(open.length).toBeGreaterThan(10);
  });

  it('knows of each sample state whether it is ended', () => {
    const states = [...ENROLLMENT_STATES, ...RESET_STATES, ...UNLOCK_STATES];
    const open = states.filter((state) => !isEnded(state)).map(({ step }) => step);
    expect(new Set(open)).toEqual(
      new Set([
        'currentPassword',
        'provingPassword',
        'mobile',
        'sendingCode',
        'oldCode',
        'code',
        'newPassword',
        'writingPassword',
        'unknown',
        'unlocking',
      ]),
    );
  });
});

describe('unlock', () => {
  it('asks the directory only after an accepted code, and again only after a failure', () => {
    expect(beginningsOf(unlock, 'unlocking')).toEqual([
      'code codeAccepted',
      'unlocking unlockAsked',
    ]);
  });

  it('ends after ten tries that the directory does not carry out', () => {
    const failed = { type: 'notUnlocked', reason: 'directoryUnavailable' } as const;
    const next = (state: UnlockState): UnlockState =>
      stepUnlock(stepUnlock(state, { type: 'unlockAsked' }, NOW), failed, NOW);
    const first = stepUnlock({ step: 'unlocking', since: NOW, mobile: OLD }, failed, NOW);
    const ninth = Array.from({ length: 8 }).reduce<UnlockState>(next, first);
    expect(ninth).toMatchObject({ problem: { reason: 'directoryUnavailable' } });
    expect(next(ninth)).toEqual({
      step: 'refused',
      problem: { reason: 'temporarilyUnavailable' },
    });
  });
});
