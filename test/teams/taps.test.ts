import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Problem } from '../../src/domain/reasons.ts';
import type { Answer } from '../../src/service/input.ts';
import {
  createPerson,
  execute,
  installation,
  membersAdded,
  message,
  submit,
} from '../support/activities.ts';
import { conversationOf } from '../../src/teams/conversation.ts';
import type { Activity } from '../support/activities.ts';
import { nameOf } from '../support/connector.ts';
import { Chat } from './chat.ts';
import { closeBenches, openBench, show, TENANT_ID } from './support.ts';
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

const later = (ms: number, answer: Answer) =>
  new Promise<Answer>((resolve) => setTimeout(resolve, ms, answer));

describe('taps', () => {
  it('answers a tap with the card and writes it into the message as well', async () => {
    bench.turns.answer = () => show('help', 'flow-1');
    const id = chat.known('m1');
    const answer = await chat.tap('home', {}, id);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({
      statusCode: 200,
      type: 'application/vnd.microsoft.card.adaptive',
    });
    expect(nameOf(answer.card)).toBe('help');
    expect(chat.sent()).toEqual(['update m1 help']);
    expect(bench.teams.sent[0]?.authorization).toBe('Bearer bot-token-1');
    expect(bench.turns.shown).toEqual([['flow-1', 'm1']]);
  });

  it('tells the service of no message that it knows already', async () => {
    const id = chat.known('m1');
    bench.turns.answer = () => show('help', 'flow-1', id);
    await chat.tap('home', {}, id);
    expect(chat.sent()).toEqual(['update m1 help']);
    expect(bench.turns.shown).toEqual([]);
  });

  it('hands over person, address and roster', async () => {
    await chat.tap('home');
    const { anna, teams } = bench;
    const person = bench.turns.taken[0]!.person;
    expect({ ...person, address: conversationOf(person.address) }).toEqual({
      key: { tenantId: TENANT_ID, aadObjectId: anna.aadObjectId },
      roster: { status: 'member', upn: anna.upn, mail: anna.mail, name: anna.name },
      address: {
        serviceUrl: teams.serviceUrl,
        conversationId: anna.conversationId,
        tenantId: TENANT_ID,
        aadObjectId: anna.aadObjectId,
        userId: anna.userId,
        botId: expect.stringMatching(/^28:/),
        channelId: 'msteams',
      },
    });
  });

  it('does nothing for verbs, types and shapes that it does not know', async () => {
    const odd: Activity[] = [
      execute('destroy', {}),
      execute('__proto__', {}),
      execute('toString', {}),
      { type: 'invoke', name: 'adaptiveCard/action', value: {} },
      { type: 'invoke', name: 'adaptiveCard/action', value: { action: null } },
      {
        type: 'invoke',
        name: 'adaptiveCard/action',
        value: { action: { type: 'Action.Submit' } },
      },
      { type: 'invoke', name: 'adaptiveCard/action' },
      submit('destroy', {}),
      { type: 'message', value: {} },
      { type: 'messageReaction' },
      { type: 'typing' },
      { type: 'event', name: 'x' },
      { type: 'endOfConversation' },
      { type: 'no such type' },
      installation('remove-upgrade'),
      membersAdded('29:somebody'),
    ];
    for (const activity of odd) {
      const answer = await chat.send(activity);
      expect([activity, answer.status, answer.text]).toEqual([activity, 200, '']);
    }
    expect(bench.turns.taken).toEqual([]);
    expect(bench.teams.sent).toEqual([]);
  });

  it('says 501 to unknown invokes', async () => {
    for (const name of ['task/fetch', 'signin/verifyState', 'composeExtension/query', undefined]) {
      const answer = await chat.send({ type: 'invoke', name, value: {} });
      expect([name, answer.status, answer.text]).toEqual([name, 501, '']);
    }
  });

  it('answers in spite of a message that cannot be updated', async () => {
    for (const fault of [{ status: 500 }, { status: 404 }, { status: 403 }, 'cut'] as const) {
      bench.teams.fail('update', fault);
      expect(nameOf((await chat.tap('home', {}, chat.known('m2'))).card)).toBe('home');
    }
    expect(bench.teams.sent).toEqual([]);
  });

  it('does not wait for a slow update', async () => {
    const slow = Promise.withResolvers<void>();
    bench.teams.fail('update', { until: slow.promise });
    // Else it is answered with `working`.
    expect(nameOf((await chat.tap('home', {}, chat.known('m3'))).card)).toBe('home');
    slow.resolve();
    await bench.teams.until(() => chat.sent().length === 1);
  });

  it('writes updates of one message one after another, the outdated ones not at all', async () => {
    const id = chat.known('m4');
    const queued = Promise.withResolvers<void>();
    bench.teams.fail('update', { until: queued.promise }, 1);
    const answers: Promise<unknown>[] = [];
    for (const [index, card] of (['home', 'help', 'cancelled'] as const).entries()) {
      bench.turns.answer = () => show(card);
      answers.push(chat.tap('home', { index }, id));
      await bench.teams.until(() => bench.turns.taken.length === index + 1);
    }
    queued.resolve();
    await Promise.all(answers);
    await bench.teams.until(() => chat.sent().length === 2);
    expect(chat.sent()).toEqual(['update m4 home', 'update m4 cancelled']);
  });

  it('answers an Action.Submit by the message, or a new one where that is gone', async () => {
    expect((await chat.send(submit('home', {}, chat.known('m5')))).text).toBe('');
    expect(chat.sent()).toEqual(['update m5 home']);
    bench.turns.answer = () => show('help', 'flow-2');
    await chat.send(submit('home', {}, 'gone'));
    await chat.send(submit('home', {}));
    expect(chat.sent().slice(1)).toEqual(['post help', 'post help']);
    const [, first, second] = bench.teams.sent;
    expect(bench.turns.shown).toEqual([
      ['flow-2', 'gone'],
      ['flow-2', first?.id],
      ['flow-2', second?.id],
    ]);
  });
});

describe('repeated deliveries', () => {
  it('runs an activity once, however often it comes', async () => {
    bench.turns.answer = () => later(150, show('help'));
    const activity = execute('home', {});
    const id = 'same';
    const first = await Promise.all([
      chat.send({ ...activity, id }),
      chat.send({ ...activity, id }),
    ]);
    const again = await chat.send({ ...activity, id });
    expect([...first, again].map(({ card }) => nameOf(card))).toEqual(['help', 'help', 'help']);
    expect(bench.turns.taken).toHaveLength(1);
  });

  it('runs different contents under one id, and the same content of different people', async () => {
    const berit = createPerson('Berit', TENANT_ID);
    const id = 'reused';
    await chat.send({ ...message('hej'), id });
    await chat.send({ ...message('status'), id });
    await bench.teams.send(bench.url, bench.teams.from(berit, { ...message('hej'), id }));
    expect(bench.turns.taken).toHaveLength(3);
  });
});

describe('faults of its own', () => {
  it('gives person and log the same reference, and nothing of the error', async () => {
    bench.turns.answer = () => {
      throw new TypeError('canary-secret');
    };
    const answer = await chat.tap('home');
    expect(answer.status).toBe(200);
    expect(nameOf(answer.card)).toBe('refused');
    const [title, problem] = answer.card!.body as { id: string; text: string }[];
    expect(problem?.id).toBe(
      'problem:temporarilyUnavailable' satisfies `problem:${Problem['reason']}`,
    );
    expect(title?.text).toMatch(/^[0-9A-F]{8}$/);
    expect(bench.logged.join()).toContain(title!.text);
    expect(bench.logged.join() + answer.text).not.toContain('canary');
    expect((await chat.send(message('hej'))).status).toBe(200);
    expect(chat.sent()).toEqual(['post refused']);
  });
});
