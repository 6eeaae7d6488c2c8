interface Account {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** One message by one POST, as Twilio's manual has it. */
export function createSms({ url, user, password }: Account): () => Promise<void> {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return async () => {
    const answer = await fetch(`${url}/2010-04-01/Accounts/${user}/Messages.json`, {
      method: 'POST',
      // By itself `fetch` adds a charset, which Twilio's client never sends.
      headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        To: '+46701740699',
        From: 'OrebroKom',
        Body: '123456 är koden',
      }).toString(),
    });
    if (answer.status !== 201) throw new Error(`no message but ${await answer.text()}`);
    await answer.json();
  };
}
