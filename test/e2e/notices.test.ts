import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { productOfSuite } from '../support/ofSuite.ts';
import { enroll, FIRST_PASSWORD, newMobile } from '../support/walks.ts';

const product = await productOfSuite();

const untilNoneWaits = () =>
  product.teams.until(() => product.database.querySqlite('select id from notice').length === 0);

describe('notices', () => {
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
    // A tap of the test before would get the answer meant for this one.
    await untilNoneWaits();
    const isAway = Promise.withResolvers<void>();
    product.twilio.script('ok', { until: isAway.promise });
    expect(await enroll(product, walker)).toBe('enrollment.done');
    await product.teams.until(() => told().length === 1);
    // Longer than the bot tries one transaction.
    const other = new DatabaseSync(join(product.dataDir, 'bot.sqlite'), { timeout: 5_000 });
    other.exec('begin immediate');
    isAway.resolve();
    const noted = product.auditRows();
    await pause(12_000);
    other.exec('rollback');
    other.close();
    // Sooner than the notice would be taken up again.
    await product.teams.until(() =>
      product.wholeAudit(noted).some(({ event }) => event === 'notice.sent'),
    );
    expect(told()).toHaveLength(1);
  });
});
