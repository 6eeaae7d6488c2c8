import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { createBotCertificate } from '../support/botCertificate.ts';
import { folderOfSuite, houseOfTest } from '../support/ofSuite.ts';
import { newManager } from '../support/walks.ts';

const folder = await folderOfSuite();
const { certificate, key } = await createBotCertificate();
const files = {
  MicrosoftAppCertificate_FILE: join(folder, 'certificate.pem'),
  MicrosoftAppCertificateKey_FILE: join(folder, 'key.pem'),
};
await writeFile(files.MicrosoftAppCertificate_FILE, certificate);
await writeFile(files.MicrosoftAppCertificateKey_FILE, key, { mode: 0o600 });

it('logs in by a certificate where the registration has no secret', async () => {
  const house = await houseOfTest({ env: { MicrosoftAppPassword: '', ...files } });
  const { chat } = newManager(house);
  house.teams.registration.certificate = certificate;
  expect(await chat.install()).toBe('home');
  expect(house.teams.logins).toBe(1);
});

it('is turned away with a certificate that the registration does not know', async () => {
  const house = await houseOfTest({ env: { MicrosoftAppPassword: '', ...files } });
  house.teams.registration.certificate = (await createBotCertificate()).certificate;
  const { code, stderr } = await house.runAdmin(['check']);
  expect(code).toBe(1);
  expect(stderr).toContain('the bot gets no token');
  expect(house.teams.logins).toBe(0);
});

it('is told of near ends by the log, the metrics and `check`', async () => {
  const near = await createBotCertificate(new Date(Date.now() + 5.5 * 24 * 3_600_000));
  const env = {
    MicrosoftAppPassword: '',
    MicrosoftAppCertificate: near.certificate,
    MicrosoftAppCertificateKey: near.key,
  };
  const house = await houseOfTest({ env });
  house.teams.registration.certificate = near.certificate;
  expect(house.output).toMatch(/"alarm":"endsSoon","ending":"botCertificate".+ends in 5 days/);
  const metrics = await (await fetch(`${house.url}/metrics`)).text();
  expect(metrics).toMatch(/passwordbot_ends_timestamp_seconds\{ending="botCertificate"\} \d+/);
  const { stdout, stderr } = await house.runAdmin(['check']);
  expect(stdout + stderr).toContain('mind  its certificate ends in 5 days: renew it');
});

it('is told of a secret that ends by the day that was given', async () => {
  const day = new Date(Date.now() + 20 * 24 * 3_600_000).toISOString().slice(0, 10);
  const house = await houseOfTest({ env: { MicrosoftAppPasswordExpires: day } });
  expect(house.output).toMatch(/"alarm":"endsSoon","ending":"botSecret"/);
  const { stdout, stderr } = await house.runAdmin(['check']);
  expect(stdout + stderr).toContain('mind  MicrosoftAppPassword ends in 19 days: renew it');
});
