import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Child } from './child.ts';
import { startChild } from './child.ts';
import type { Person } from './people.ts';
import { ASA, BJORN, CECILIA, OTHERS, TENANT_ID, fullName } from './people.ts';

const CLI = join(import.meta.dirname, '../node_modules/@microsoft/m365agentsplayground/cli.js');
const BOT_ID = '5f0c5b1e-6f4d-4c67-9d0b-2f1f5a3c9a20';

/** Microsoft's Agents Playground, signed in as one person: a Teams look-alike in the browser. */
export async function startPlayground(
  folder: string,
  person: Person,
  ports: { readonly bot: number; readonly chat: number },
  onLine: (line: string) => void,
): Promise<Child> {
  // It reads its configuration from, and writes its logs to, the working directory.
  const cwd = join(folder, `playground-${person.givenName}`);
  const bin = join(cwd, 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(cwd, '.m365agentsplayground.yml'), JSON.stringify(configuration(person)));
  // Without an xdg-open it has been seen to end, BROWSER=none or not.
  await writeFile(join(bin, 'xdg-open'), '#!/bin/sh\n', { mode: 0o755 });
  const args = [
    CLI,
    'start',
    ...['--app-endpoint', `http://127.0.0.1:${ports.bot}/api/messages`],
    ...['--channel-id', 'msteams'],
    ...['--port', String(ports.chat)],
    ...['--service-url', `http://127.0.0.1:${ports.chat}/_connector`],
    '--disable-telemetry',
  ];
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    BROWSER: 'none',
    // --disable-telemetry alone still asks a name server for Application Insights.
    APPLICATION_INSIGHTS_NO_STATSBEAT: '1',
  };
  return startChild(args, { cwd, env }, onLine);
}

/** As JSON, which is YAML too. Its own ids are no GUIDs, which Teams' always are. */
function configuration(own: Person) {
  const user = (person: Person) => ({
    id: `29:${person.aadObjectId}`,
    name: fullName(person),
    userPrincipleName: person.upn, // its own spelling
    aadObjectId: person.aadObjectId,
    givenName: person.givenName,
    surname: person.surname,
    email: person.upn,
  });
  return {
    version: '0.1.1',
    tenantId: TENANT_ID,
    bot: { id: BOT_ID, name: 'Lösenordshjälpen' },
    currentUser: user(own),
    users: [ASA, BJORN, CECILIA, ...OTHERS].filter((one) => one !== own).map(user),
    personalChat: { id: `demo-chat-${own.aadObjectId}` },
    groupChat: { id: 'demo-group-chat', name: 'Gruppchatt' },
    team: {
      id: 'demo-team',
      name: 'Hemvården',
      aadGroupId: '5f0c5b1e-6f4d-4c67-9d0b-2f1f5a3c9a30',
      channels: [{ id: 'demo-channel', name: 'Planering' }],
    },
  };
}
