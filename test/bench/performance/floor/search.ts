/** The floor of a sweep: one paged search for the same attributes, of which no entry is kept. */
import { Client } from 'ldapts';

interface Settings {
  readonly url: string;
  readonly ca: string;
  readonly bindDn: string;
  readonly bindPassword: string;
  readonly base: string;
  readonly attributes: string[];
}

const PAGE_SIZE = 500;

const given = JSON.parse(process.env['BENCH_SETTINGS'] ?? '{}') as Settings;
const client = new Client({ url: given.url, tlsOptions: { ca: given.ca }, timeout: 10_000 });
await client.bind(given.bindDn, given.bindPassword);
let entries = 0;
const pages = client.searchPaginated(given.base, {
  scope: 'sub',
  filter: '(objectClass=inetOrgPerson)',
  attributes: given.attributes,
  paged: { pageSize: PAGE_SIZE },
});
for await (const { searchEntries } of pages) entries += searchEntries.length;
await client.unbind();
process.stdout.write(`${JSON.stringify({ accounts: entries })}\n`);
