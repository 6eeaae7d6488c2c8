import type { DemoDirectory } from './directory/server.ts';
import { fileTime } from './directory/values.ts';
import type { Person } from './people.ts';
import { ASA, BJORN, CECILIA, OTHERS, fullName } from './people.ts';

const DAY_MS = 24 * 3_600_000;

/** An account as the demo's first lines tell it. */
export interface SeededAccount {
  readonly name: string;
  readonly password: string;
  readonly isExpired: boolean;
}

/** The bot's settings for this seed, and the things to try. */
export interface Seed {
  readonly serviceDn: string;
  readonly servicePassword: string;
  readonly accountsBase: string;
  readonly managersBase: string;
  readonly deskGroup: string;
  /** Åsa's accounts. */
  readonly accounts: readonly SeededAccount[];
}

/** Fills the directory: two managers and some colleagues, three shared accounts, the bot's own. */
export function seed(directory: DemoDirectory, servicePassword: string): Seed {
  const managersBase = directory.organizationalUnit('Personal').dn;
  const accountsBase = directory.organizationalUnit('Gruppkonton').dn;
  const services = directory.organizationalUnit('Tjänstekonton').dn;
  const service = directory.user({
    name: 'svc-losenord',
    parent: services,
    password: servicePassword,
  });
  directory.delegate(service.dn, accountsBase);

  const addPerson = (person: Person) =>
    directory.user({
      name: person.upn.replace(/@.*/, ''),
      parent: managersBase,
      commonName: fullName(person),
      attributes: {
        userPrincipalName: person.upn,
        mail: person.upn,
        displayName: fullName(person),
        givenName: person.givenName,
        sn: person.surname,
        ...(person.mobile === undefined ? {} : { mobile: person.mobile }),
      },
    }).dn;
  const asa = addPerson(ASA);
  const bjorn = addPerson(BJORN);
  for (const person of OTHERS) addPerson(person);
  const agents = directory.group('Servicedesk dagtid', [addPerson(CECILIA)], managersBase).dn;
  const deskGroup = directory.group('Servicedesk', [agents], managersBase).dn;
  const both = directory.group('Ansvariga nattpatrullen', [asa, bjorn], managersBase).dn;

  const addAccount = (
    { name, password }: SeededAccount,
    displayName: string,
    manager: string,
    ageDays: number,
  ) =>
    directory.user({
      name,
      parent: accountsBase,
      password,
      attributes: {
        displayName,
        manager,
        pwdLastSet: fileTime(directory.clock() - ageDays * DAY_MS),
      },
    });
  const first = { name: 'hemvardsgruppen', password: 'Vinterstuga-58', isExpired: false };
  const second = { name: 'nattpatrullen', password: 'Gullregn-Trapp-31', isExpired: true };
  const foreign = { name: 'dagverksamheten', password: 'Segelbat-Kanel-7', isExpired: false };
  addAccount(first, 'Hemvårdsgruppen Öster', asa, 62);
  addAccount(second, 'Nattpatrullen', both, 105);
  addAccount(foreign, 'Dagverksamheten Solgläntan', bjorn, 20);
  return {
    serviceDn: service.dn,
    servicePassword,
    accountsBase,
    managersBase,
    deskGroup,
    accounts: [first, second],
  };
}
