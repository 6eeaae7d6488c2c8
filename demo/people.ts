/** The people of the demo: the same in the chat client's roster and in the directory. */
export interface Person {
  readonly givenName: string;
  readonly surname: string;
  readonly upn: string;
  /** The Entra object id that Teams sends with every activity. */
  readonly aadObjectId: string;
  /** From the range reserved for fiction: 070-174 06 05 to 99. */
  readonly mobile?: string;
}

export const TENANT_ID = '5f0c5b1e-6f4d-4c67-9d0b-2f1f5a3c9a10';

/** The person who is signed in to the chat. */
export const ASA: Person = {
  givenName: 'Åsa',
  surname: 'Lindberg',
  upn: 'asa.lindberg@orebro.example',
  aadObjectId: '0b6f0a53-8f0e-4a0f-9c55-1d5a0f6d7e01',
  mobile: '070-174 06 05',
};

/** Answers for one account together with Åsa, and for one alone. */
export const BJORN: Person = {
  givenName: 'Björn',
  surname: 'Ek',
  upn: 'bjorn.ek@orebro.example',
  aadObjectId: '0b6f0a53-8f0e-4a0f-9c55-1d5a0f6d7e02',
  mobile: '070-174 06 06',
};

/** The service desk's agent: `--desk` opens the chat as her. */
export const CECILIA = other('Cecilia Holm', 0);

/** Answer for nothing; the chat client wants at least five people. */
export const OTHERS: readonly Person[] = ['David Nyman', 'Elif Demir', 'Farid Azizi'].map(
  (name, index) => other(name, index + 1),
);

function other(name: string, index: number): Person {
  const [givenName = '', surname = ''] = name.split(' ');
  return {
    givenName,
    surname,
    upn: `${givenName}.${surname}@orebro.example`.toLowerCase(),
    aadObjectId: `0b6f0a53-8f0e-4a0f-9c55-1d5a0f6d7e1${index}`,
  };
}

export function fullName({ givenName, surname }: Person): string {
  return `${givenName} ${surname}`;
}
