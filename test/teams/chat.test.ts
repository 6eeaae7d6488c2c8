import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createPerson,
  execute,
  installation,
  membersAdded,
  message,
  submit,
} from '../support/activities.ts';
import type { Activity } from '../support/activities.ts';
import { Chat, opened } from './chat.ts';
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

describe('messages', () => {
  it('knows the words of both languages in any case, and wraps all else', async () => {
    const words: Record<string, Record<string, unknown>> = {
      registrera: { type: 'begin', purpose: 'enrollment' },
      'Byt nummer': { type: 'begin', purpose: 'enrollment' },
      ENROLL: { type: 'begin', purpose: 'enrollment' },
      '  byt lösenord ': { type: 'begin', purpose: 'reset' },
      'GLÖMT LÖSENORD': { type: 'begin', purpose: 'reset' },
      ['återställ'.normalize('NFD')]: { type: 'begin', purpose: 'reset' },
      'Reset\n': { type: 'begin', purpose: 'reset' },
      'lås upp': { type: 'begin', purpose: 'unlock' },
      unlock: { type: 'begin', purpose: 'unlock' },
      status: { type: 'home' },
      hjälp: { type: 'help' },
      help: { type: 'help' },
      avbryt: { type: 'cancel' },
      cancel: { type: 'cancel' },
      svenska: { type: 'language', locale: 'sv' },
      English: { type: 'language', locale: 'en' },
      'reset nu': { type: 'text', text: { secret: 'reset nu' } },
      ' 482 913 ': { type: 'text', text: { secret: ' 482 913 ' } },
      constructor: { type: 'text', text: { secret: 'constructor' } },
      '': { type: 'text', text: { secret: '' } },
    };
    for (const text of Object.keys(words))
      expect((await chat.send(message(text))).status).toBe(200);
    expect(opened(bench.turns.inputs)).toEqual(Object.values(words));
    expect(new Set(chat.sent())).toEqual(new Set(['post home']));
  });

  it('reports the message that shows a flow’s card', async () => {
    bench.turns.answer = () => show('help', 'flow-3');
    await chat.send(message('reset'));
    expect(bench.turns.shown).toEqual([['flow-3', bench.teams.sent[0]?.id]]);
  });
});

describe('installation', () => {
  let visitor: ReturnType<typeof createPerson>;
  beforeEach(() => {
    visitor = createPerson('Cilla', TENANT_ID);
  });
  const sendFrom = (activity: Activity) =>
    bench.teams.send(bench.url, bench.teams.from(visitor, activity));
  const bot = () => String((bench.teams.from(visitor, {})['recipient'] as { id: string }).id);

  it('posts home once for all announcements of one installation', async () => {
    await Promise.all([
      sendFrom(installation('add')),
      sendFrom(membersAdded(bot(), visitor.userId)),
      sendFrom(installation('add')),
    ]);
    expect(chat.sent()).toEqual(['post home']);
    expect(bench.turns.inputs).toEqual([{ type: 'home', isWelcome: true }]);
    expect(bench.turns.meetings).toEqual([true, true, true]);
  });

  it('posts home again after a removal, which it notes', async () => {
    await sendFrom(installation('add'));
    await sendFrom(installation('remove'));
    await sendFrom(installation('add'));
    expect(bench.turns.meetings).toEqual([true, false, true]);
    expect(chat.sent()).toEqual(['post home', 'post home']);
  });

  it('meets the person anew at an upgrade, and says nothing', async () => {
    await sendFrom(installation('add-upgrade'));
    expect(bench.turns.meetings).toEqual([true]);
    expect(bench.teams.sent).toEqual([]);
  });
});

describe('roster', () => {
  const rosterAfter = async (entry: Record<string, unknown>) => {
    bench.teams.addMember(bench.anna, entry);
    await chat.tap('home');
    return bench.turns.taken.at(-1)?.person.roster.status;
  };

  it('lets in members only', async () => {
    const denied = [
      { userRole: 'guest' },
      { userRole: 'anonymous' },
      { userRole: undefined },
      { userPrincipalName: 'anna_hem.example#EXT#@vard.example' },
      { tenantId: 'other' },
      { aadObjectId: 'other' },
      { objectId: 'other' },
    ];
    for (const entry of denied) {
      expect([entry, await rosterAfter(entry)]).toEqual([entry, 'notAllowed']);
    }
    const own = bench.anna.aadObjectId.toUpperCase();
    expect(await rosterAfter({ aadObjectId: undefined, objectId: own })).toBe('member');
    expect(await rosterAfter({ tenantId: TENANT_ID.toUpperCase() })).toBe('member');
  });

  it('knows no member where it answers 403 or 404, or refuses otherwise', async () => {
    for (const status of [403, 404, 400, 405, 410, 413, 302, 204]) {
      bench.teams.fail('member', { status });
      expect([status, await rosterAfter({})]).toEqual([status, 'notAllowed']);
    }
    bench.teams.heal('member');
  });

  it('says when it cannot be read', async () => {
    const faults = [
      { status: 500 },
      { status: 503 },
      { status: 429 },
      { status: 412 },
      { status: 408 },
      { status: 401 },
      'cut',
    ] as const;
    for (const fault of faults) {
      bench.teams.fail('member', fault);
      expect(await rosterAfter({})).toBe('unavailable');
    }
  });
});

describe('outside a personal chat', () => {
  it('says its one sentence once, and nothing else', async () => {
    for (const conversationType of ['groupChat', 'channel', undefined]) {
      const conversation = {
        id: `19:${String(conversationType)}`,
        conversationType,
        tenantId: TENANT_ID,
      };
      for (const activity of [
        installation('add'),
        message('reset'),
        execute('home', {}),
        message('hej'),
        submit('home', {}),
      ]) {
        expect((await chat.send({ ...activity, conversation })).status).toBe(200);
      }
    }
    expect(bench.teams.sent.map(({ activity }) => activity['text'])).toEqual(
      Array(3).fill('not here (sv)'),
    );
    expect(bench.turns.taken).toEqual([]);
    expect(bench.turns.meetings).toEqual([]);
  });
});
