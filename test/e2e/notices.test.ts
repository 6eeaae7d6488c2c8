import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { nameOf } from '../support/connector.ts';
import { textOf } from '../support/chatDriver.ts';
import { productOfSuite } from '../support/ofSuite.ts';
import { enroll, enrollToCode, FIRST_PASSWORD, newMobile, reset } from '../support/walks.ts';

const product = await productOfSuite();

const GOOD = 'Kaffekanna-Blomma-42';
const untilNoneWaits = () =>
  product.teams.until(() => product.database.querySqlite('select id from notice').length === 0);

describe('notices', () => {
  it('tell the number and the colleagues of an enrollment and of a reset', async () => {
    const asa = product.manager('Asanotis');
    const bo = product.manager('Bonotis');
    const stranger = product.manager('Annan');
    const group = product.directory.group('Notischefer', [asa.dn, bo.dn]);
    product.account('notisgrupp', group.dn, FIRST_PASSWORD);
    product.account('annangrupp', stranger.dn, FIRST_PASSWORD);
    await stranger.say('status');

    const boWalker = { chat: bo, account: 'notisgrupp', mobile: newMobile() };
    const asaWalker = {
      chat: asa,
      account: 'notisgrupp',
      mobile: newMobile(),
      accountDn: '',
      accountId: '',
    };
    const noticesTo = (mobile: string) =>
      product.texts(mobile).filter((text) => !/^\d{6}/.test(text));
    const cardsIn = (conversationId: string) =>
      product.teams.sent.filter(
        (sent) => sent.conversationId === conversationId && nameOf(sent.card) === 'notice',
      );

    await enroll(product, boWalker);
    await product.teams.until(() => noticesTo(boWalker.mobile).length === 1);
    // Whoever talks to the bot by the time the colleagues are looked up is told too.
    await untilNoneWaits();
    await enroll(product, asaWalker);
    await product.teams.until(() => noticesTo(asaWalker.mobile).length === 1);
    // A first enrollment is told on the numbers of the others too.
    await product.teams.until(() => noticesTo(boWalker.mobile).length === 2);
    await product.teams.until(() => cardsIn(bo.person.conversationId).length === 1);

    expect(await reset(product, asaWalker, GOOD)).toBe('reset.done');
    await product.teams.until(() => noticesTo(asaWalker.mobile).length === 2);
    await product.teams.until(() => cardsIn(bo.person.conversationId).length === 2);
    // One of the enrollment, and none of the reset: there the chat has the flow's last card.
    expect(cardsIn(asa.person.conversationId)).toHaveLength(1);
    expect(cardsIn(stranger.person.conversationId)).toHaveLength(0);
    expect(noticesTo(boWalker.mobile)).toHaveLength(2);

    const card = cardsIn(bo.person.conversationId).at(-1)?.card;
    expect(textOf(card)).toContain('notisgrupp');
    expect(textOf(card)).toContain('Asanotis');
    const all = [
      ...noticesTo(asaWalker.mobile),
      ...noticesTo(boWalker.mobile),
      textOf(card),
    ].join();
    expect(all).not.toContain(GOOD);
    expect(all).not.toMatch(/\d{6}/);
    const sent = product.wholeAudit().filter(({ event }) => event === 'notice.sent');
    await product.teams.until(
      () => product.wholeAudit().filter(({ event }) => event === 'notice.sent').length >= 8,
    );
    expect(sent.every(({ actor }) => actor === 'system')).toBe(true);
  });

  it('survive a kill and are then sent', async () => {
    const chat = product.manager('Krasch');
    product.account('kraschgrupp', chat.dn, FIRST_PASSWORD);
    const walker = { chat, account: 'kraschgrupp', mobile: newMobile() };
    product.twilio.scriptCodes('ok');
    product.twilio.script({ status: 400, code: 20003 });
    expect(await enroll(product, walker)).toBe('enrollment.done');
    await product.end('SIGKILL');
    product.twilio.script();
    const notices = () => product.texts(walker.mobile).filter((text) => !/^\d{6}/.test(text));
    const before = notices().length;
    // Where the kill came between the claim and the postponement, the notice is claimed for a minute.
    product.passTime(61_000);
    await product.start();
    await product.teams.until(() => notices().length > before);
  });

  it('are told once when the database goes away before it is noted', async () => {
    const chat = product.manager('Borta');
    product.account('bortagrupp', chat.dn, FIRST_PASSWORD);
    const walker = { chat, account: 'bortagrupp', mobile: newMobile() };
    const told = () => product.texts(walker.mobile).filter((text) => !/^\d{6}/.test(text));
    // One of the test before would be answered as is meant for this one.
    await untilNoneWaits();
    product.twilio.script('ok', { delayMs: 1_000 });
    expect(await enroll(product, walker)).toBe('enrollment.done');
    await product.teams.until(() => told().length === 1);
    // Longer than the bot tries one transaction.
    const other = new DatabaseSync(join(product.dataDir, 'bot.sqlite'), { timeout: 5_000 });
    other.exec('begin immediate');
    const noted = product.auditRows();
    await pause(12_000);
    other.exec('rollback');
    other.close();
    // Sooner than the notice would be taken up again.
    await product.teams.until(
      () => product.wholeAudit(noted).some(({ event }) => event === 'notice.sent'),
      15_000,
    );
    expect(told()).toHaveLength(1);
  });

  it('reach a colleague whose chat is gone in a new one, and keep to it', async () => {
    const asa = product.manager('Asaborta');
    const bo = product.manager('Boborta');
    const group = product.directory.group('Bortachefer', [asa.dn, bo.dn]);
    product.account('chattgrupp', group.dn, FIRST_PASSWORD);
    await bo.say('status');
    product.teams.goneConversations.add(bo.person.conversationId);
    const created = product.teams.created.length;
    const walker = { chat: asa, account: 'chattgrupp', mobile: newMobile() };
    expect(await enroll(product, walker)).toBe('enrollment.done');
    await product.teams.until(() => product.teams.created.length > created, 20_000);
    const { conversationId, body } = product.teams.created.at(-1)!;
    expect(body).toMatchObject({ members: [{ id: bo.person.aadObjectId }] });
    const told = () => product.teams.sent.filter((sent) => sent.conversationId === conversationId);
    await product.teams.until(() => told().length === 1);
    expect(nameOf(told()[0]?.card)).toBe('notice');
    const withAccount = { ...walker, accountDn: '', accountId: '' };
    expect(await reset(product, withAccount, GOOD)).toBe('reset.done');
    await product.teams.until(() => told().length === 2);
    expect(product.teams.created).toHaveLength(created + 1);
  });

  it('are given up where the new chat is gone too', async () => {
    const asa = product.manager('Asahelt');
    const bo = product.manager('Bohelt');
    const group = product.directory.group('Heltchefer', [asa.dn, bo.dn]);
    const { id } = product.account('heltgrupp', group.dn, FIRST_PASSWORD);
    await bo.say('status');
    const created = product.teams.created.length;
    const walker = { chat: asa, account: 'heltgrupp', mobile: newMobile() };
    await enrollToCode(product, walker);
    product.teams.fail('post', { status: 404, code: 'ConversationNotFound' }, 2);
    await asa.tap('confirmCode', { code: product.code(walker.mobile) });
    const failed = () =>
      product
        .wholeAudit()
        .filter(({ account, event }) => account === id && event === 'notice.failed');
    await product.teams.until(() => failed().length === 1, 20_000);
    expect(failed()[0]).toMatchObject({ result: 'failed', reason: 'notInTeams' });
    expect(product.teams.created).toHaveLength(created + 1);
  });
});
