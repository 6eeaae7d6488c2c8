import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Input } from '../../src/service/input.ts';
import { submit } from '../support/activities.ts';
import { Chat, opened } from './chat.ts';
import { closeBenches, openBench } from './support.ts';
import type { Bench } from './support.ts';

let bench: Bench;
let chat: Chat;

beforeAll(async () => {
  bench = await openBench();
  chat = new Chat(bench);
});
afterEach(() => {
  chat.reset();
});
afterAll(closeBenches);

describe('actions', () => {
  it('reads every verb of the contract, secrets wrapped', async () => {
    const data = {
      handle: 'h',
      locale: 'en',
      mobile: '070',
      currentPassword: 'a',
      newPassword: 'b',
      confirmPassword: 'c',
      code: '123456',
      reason: 'notUsed',
      accountId: 'forged',
    };
    const expected = {
      home: { type: 'home' },
      language: { type: 'language', locale: 'en' },
      enroll: { type: 'begin', purpose: 'enrollment', handle: 'h' },
      reset: { type: 'begin', purpose: 'reset', handle: 'h' },
      unlock: { type: 'begin', purpose: 'unlock', handle: 'h' },
      cancel: { type: 'cancel', handle: 'h' },
      refresh: { type: 'refresh', handle: 'h' },
      proveCurrentPassword: {
        type: 'proveCurrentPassword',
        handle: 'h',
        currentPassword: { secret: 'a' },
      },
      setMobile: { type: 'setMobile', handle: 'h', mobile: '070' },
      useShownMobile: { type: 'useShownMobile', handle: 'h' },
      changeMobile: { type: 'changeMobile', handle: 'h' },
      confirmOldCode: { type: 'confirmOldCode', handle: 'h', code: { secret: '123456' } },
      confirmCode: { type: 'confirmCode', handle: 'h', code: { secret: '123456' } },
      resendCode: { type: 'resendCode', handle: 'h' },
      snooze: { type: 'snooze', handle: 'h' },
      notNeeded: { type: 'notNeeded', handle: 'h', reason: 'notUsed' },
      setPassword: {
        type: 'setPassword',
        handle: 'h',
        newPassword: { secret: 'b' },
        confirmPassword: { secret: 'c' },
      },
    };
    for (const verb of Object.keys(expected)) await chat.tap(verb, data);
    for (const verb of Object.keys(expected)) await chat.send(submit(verb, data));
    const inputs = Object.values(expected);
    expect(opened(bench.turns.inputs)).toEqual([...inputs, ...inputs]);
  });

  it('takes no input that is not a string, and of long ones the beginning', async () => {
    const mutants: unknown[] = [1, true, null, {}, [], ['x'], { toString: 'x' }, [[]]];
    for (const code of mutants) {
      await chat.tap('confirmCode', { handle: 'h', code });
      await chat.tap('setMobile', { handle: 'h', mobile: code });
      await chat.tap('setPassword', { handle: 'h', newPassword: code, confirmPassword: code });
    }
    for (const input of bench.turns.inputs) {
      const { type, handle, ...fields } = input as Input & { handle: string };
      expect([type, handle, Object.values(fields).every((field) => field === undefined)]).toEqual([
        type,
        'h',
        true,
      ]);
    }
    await chat.tap('confirmCode', { handle: 'h', code: 'x'.repeat(5_000) });
    expect(opened(bench.turns.inputs).at(-1)?.['code']).toEqual({ secret: 'x'.repeat(1_024) });
  });

  it('leads to a place among many accounts where the button names one', async () => {
    await chat.tap('home', { handle: '20' });
    for (const handle of [undefined, null, 20, '', '-1', '1.5', '1e9', '123456', ['20']]) {
      await chat.tap('home', { handle });
    }
    const [named, ...others] = bench.turns.inputs;
    expect(named).toEqual({ type: 'home', from: 20 });
    expect(others).toEqual(Array(9).fill({ type: 'home', from: undefined }));
  });

  it('never takes a tap with a spoilt handle for a typed word', async () => {
    for (const handle of [undefined, null, 1, {}, ['h'], 'x'.repeat(201)]) {
      await chat.tap('reset', { handle });
    }
    await chat.tap('cancel', { handle: {} });
    await chat.tap('reset', 'no data');
    for (const input of bench.turns.inputs) expect(input).toMatchObject({ handle: '' });
    expect(bench.turns.inputs).toHaveLength(8);
  });
});
