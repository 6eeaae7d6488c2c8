import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { productOfSuite } from '../support/ofSuite.ts';
import { execute, message } from '../support/activities.ts';
import { SERVICE_PASSWORD } from '../support/product.ts';
import { enroll, newManager, prove, startReset, wrongCode } from '../support/walks.ts';

/** Secrets that stand nowhere else, so that every find was leaked by the bot. */
const CANARY = {
  appSecret: 'Kanarie-App-4711-qxz',
  wrongCurrent: 'Kanarie-Fel-4712-qxz',
  tooShort: 'Qxz-4',
  mismatched: 'Kanarie-Olika-4713-qxz',
  forbidden: 'Kanarie-Åäö-4714-qxz',
  refusedByDirectory: 'kanarienejtackqxz',
  lost: 'Kanarie-Borta-4715-qxz',
  accepted: 'Kanarie-Satt-4716-qxz',
  typedInChat: 'Kanarie-Skrivet-4717-qxz',
  unknownVerb: 'Kanarie-Verb-4718-qxz',
  badBody: 'Kanarie-Kropp-4719-qxz',
  overlong: `Kanarie-Lang-4720-${'qxz'.repeat(60)}`,
  first: 'Gammalt-Losen-17',
  ldap: SERVICE_PASSWORD,
  botToken: 'bot-token-',
} as const;

/** A password that a filter for plain text would miss. */
function disguises(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    bytes.toString('hex'),
    // Without the last characters, which depend on the text behind.
    bytes.toString('base64').slice(0, -4),
    Buffer.from(`"${secret}"`, 'utf16le').toString('base64').slice(0, -4),
    Buffer.from(secret, 'utf16le').toString('latin1'),
  ].filter((text) => text.length >= 5);
}

const product = await productOfSuite({
  env: { LOG_LEVEL: 'debug', MicrosoftAppPassword: CANARY.appSecret },
  policy: { requiresComplexity: true },
});

describe('secrets in all scenarios at debug level', () => {
  const answers: string[] = [];
  const tokens: string[] = [];
  const mobiles: string[] = [];
  const haystacks = new Map<string, string>();

  beforeAll(async () => {
    const { teams } = product;
    const send = teams.send.bind(teams);
    teams.send = async (...args) => {
      const answer = await send(...args);
      answers.push(answer.text);
      return answer;
    };
    const token = teams.token.bind(teams);
    teams.token = (...args) => {
      const made = token(...args);
      tokens.push(made);
      return made;
    };
    await enrollmentWithMistakes();
    await resetWithMistakes();
    await lostWrite();
    await outages();
    await lockout();
    await nonsense();
    const metrics = await fetch(`${product.url}/metrics`);
    haystacks.set('metrics', await metrics.text());
    haystacks.set('readyz', await (await fetch(`${product.url}/readyz`)).text());
    await product.end('SIGTERM');
    haystacks.set('standard output and error', product.output);
    for (const file of await product.storedFiles()) {
      haystacks.set(`file ${file.slice(product.dataDir.length)}`, await readFile(file, 'latin1'));
    }
    haystacks.set('cards', JSON.stringify(teams.sent.map(({ activity }) => activity)));
    haystacks.set('answers', answers.join('\n'));
    haystacks.set(
      'SMS',
      product.twilio.requests.map(({ form, path }) => JSON.stringify([path, form])).join('\n'),
    );
  });

  async function enrolled() {
    const walker = newManager(product);
    mobiles.push(walker.mobile);
    expect(await enroll(product, walker)).toBe('enrollment.done');
    return walker;
  }
  const twice = (newPassword: string, confirmPassword = newPassword) => ({
    newPassword,
    confirmPassword,
  });

  async function enrollmentWithMistakes(): Promise<void> {
    const walker = newManager(product);
    mobiles.push(walker.mobile);
    const { chat } = walker;
    await prove(walker, CANARY.wrongCurrent);
    await chat.tap('proveCurrentPassword', { currentPassword: CANARY.overlong });
    await chat.say(CANARY.typedInChat);
    await chat.tap('proveCurrentPassword', { currentPassword: CANARY.first });
    await chat.tap('setMobile', { mobile: `${walker.mobile}x` });
    await chat.tap('setMobile', { mobile: walker.mobile });
    await chat.tap('confirmCode', { code: wrongCode(product.code(walker.mobile)) });
    await chat.say(product.code(walker.mobile));
    expect(chat.shown).toBe('enrollment.done');
    const other = newManager(product);
    mobiles.push(other.mobile);
    product.passTime(120_000);
    await prove(walker);
    await chat.tap('setMobile', { mobile: other.mobile });
    await chat.tap('confirmOldCode', { code: product.code(walker.mobile) });
    await chat.tap('confirmCode', { code: product.code(other.mobile) });
    expect(chat.shown).toBe('enrollment.done');
  }

  async function resetWithMistakes(): Promise<void> {
    const walker = await enrolled();
    const { chat } = walker;
    await startReset(walker);
    await chat.submit('confirmCode', { code: product.code(walker.mobile) });
    expect(chat.shown).toBe('reset.newPassword');
    await chat.say(CANARY.typedInChat);
    for (const inputs of [
      twice(CANARY.tooShort),
      twice(CANARY.mismatched, CANARY.accepted),
      twice(CANARY.forbidden),
      twice(CANARY.overlong),
      twice(CANARY.refusedByDirectory),
    ]) {
      await chat.tap('setPassword', inputs);
    }
    expect(await chat.tap('setPassword', twice(CANARY.accepted))).toBe('reset.done');
  }

  async function lostWrite(): Promise<void> {
    const walker = await enrolled();
    const { chat } = walker;
    await startReset(walker);
    await chat.tap('confirmCode', { code: product.code(walker.mobile) });
    let isLost = false;
    product.directory.fault = ({ name }) => {
      if (name !== 'modify' || isLost) return undefined;
      isLost = true;
      return 'applyThenDrop';
    };
    await chat.tap('setPassword', twice(CANARY.lost));
    await product.teams.until(() => chat.reload() === 'reset.done');
    product.directory.fault = undefined;
  }

  async function outages(): Promise<void> {
    const walker = await enrolled();
    const { chat } = walker;
    for (const answer of ['cut', { status: 500 }, { status: 400, code: 21614 }] as const) {
      product.twilio.script(answer);
      product.passTime(11 * 60_000);
      await startReset(walker);
      await chat.say('avbryt');
    }
    for (const fault of ['drop', [50, '00000005: SecErr: DSID-031A11D5'], [80, 'other']] as const) {
      const writer = await enrolled();
      await startReset(writer);
      await writer.chat.tap('confirmCode', { code: product.code(writer.mobile) });
      product.directory.fault = ({ name }) => (name === 'modify' ? fault : undefined);
      await writer.chat.tap('setPassword', twice(CANARY.mismatched));
      product.directory.fault = undefined;
    }
    product.teams.fail('update', { status: 500 }, 2);
    product.teams.fail('member', { status: 500 }, 1);
    await chat.say('status');
  }

  async function lockout(): Promise<void> {
    const walker = await enrolled();
    product.passTime(11 * 60_000);
    await startReset(walker);
    const code = product.code(walker.mobile);
    for (let wrong = 1; wrong <= 5; wrong += 1) {
      await walker.chat.tap('confirmCode', { code: wrongCode(code, wrong) });
    }
    expect(walker.chat.shown).toBe('refused locked');
  }

  async function nonsense(): Promise<void> {
    const walker = await enrolled();
    const { chat } = walker;
    const { teams, url } = product;
    await prove(walker);
    const { data } = chat.button('setMobile');
    const secret = { newPassword: CANARY.unknownVerb, code: CANARY.unknownVerb };
    await teams.send(url, teams.from(chat.person, execute('noSuchVerb', { ...data, ...secret })));
    await teams.send(url, teams.from(chat.person, execute('setPassword', { ...data, ...secret })));
    await teams.send(url, `{"type":"message","text":"${CANARY.badBody}"`);
    await teams.send(url, teams.from(chat.person, message(CANARY.badBody)), { token: 'no.to.ken' });
    await teams.send(url, teams.from(chat.person, { ...message(CANARY.badBody), channelData: 7 }));
    await fetch(`${url}/api/messages?password=${CANARY.badBody}`, { method: 'PUT' });
    const forged = { MessageSid: 'SM1', MessageStatus: 'failed', Body: CANARY.badBody };
    await product.twilio.sendStatus(`${url}/api/sms/status`, forged);
  }

  const found = (needles: readonly string[], where: (place: string) => boolean): string[] =>
    [...haystacks]
      .filter(([place]) => where(place))
      .flatMap(([place, text]) =>
        needles.filter((needle) => text.includes(needle)).map((needle) => `${needle} in ${place}`),
      );
  const anywhere = (): boolean => true;

  it('are looked for where something is to be found', () => {
    expect([...haystacks.keys()].filter((place) => place.includes('bot.sqlite'))).not.toEqual([]);
    for (const [place, text] of haystacks) {
      if (!/lock|shm|wal/.test(place))
        expect(`${place} ${String(text.length > 10)}`).toBe(`${place} true`);
    }
    expect(found(['reset.written'], (place) => place.includes('bot.sqlite'))).not.toEqual([]);
    expect(product.output).toContain('"level":20');
    expect(product.texts(mobiles[0]!).length).toBeGreaterThan(0);
  });

  it.each(Object.entries(CANARY).filter(([name]) => name !== 'tooShort'))(
    'leave no %s anywhere',
    (_name, secret) => {
      expect(found(disguises(secret), anywhere)).toEqual([]);
    },
  );

  it('leave no trace of the Twilio token, the keys or the channel’s tokens', () => {
    const { authToken } = product.twilio;
    expect(found([authToken, Buffer.from(authToken).toString('base64')], anywhere)).toEqual([]);
    const key = product.setting('ENCRYPTION_KEYS').split(':')[1]!;
    const raw = Buffer.from(key, 'base64');
    expect(found([key, raw.toString('hex'), raw.toString('latin1')], anywhere)).toEqual([]);
    expect(tokens.length).toBeGreaterThan(20);
    expect(
      found(
        tokens.map((token) => token.split('.')[2]!),
        anywhere,
      ),
    ).toEqual([]);
  });

  it('leave numbers only in the address of an SMS', () => {
    const national = mobiles.map((mobile) => mobile.replace('+46', ''));
    expect(found(national, (place) => place !== 'SMS')).toEqual([]);
    const bodies = product.twilio.requests.map(({ form }) => form['Body'] ?? '').join('\n');
    expect(national.filter((mobile) => bodies.includes(mobile))).toEqual([]);
  });

  it('leave codes only in the text of their SMS', () => {
    const codes = mobiles.flatMap((mobile) => product.codes(mobile));
    expect(codes.length).toBeGreaterThan(8);
    const isStanding = (code: string) => new RegExp(`(?<![\\w.+/=:-])${code}(?![\\w.+/=:-])`);
    const seen = [...haystacks]
      .filter(([place]) => place !== 'SMS')
      .flatMap(([place, text]) =>
        codes.filter((code) => isStanding(code).test(text)).map((code) => `${code} in ${place}`),
      );
    expect(seen).toEqual([]);
    for (const { form } of product.twilio.requests) {
      const others = Object.entries(form).filter(([name]) => name !== 'Body');
      expect(codes.filter((code) => others.some(([, value]) => value === code))).toEqual([]);
    }
  });
});
