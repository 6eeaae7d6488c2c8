import { describe, expect, it } from '@jest/globals';

import { parseFilter } from '../../../src/adapters/ldap/wire/filters.ts';
import { isFilter } from '../../../src/config/shapes.ts';

const RIGHT = [
  '(objectClass=user)',
  '(objectClass=*)',
  '(cn=hemv*rd*)',
  '(cn=)',
  '(cn=a b = c)',
  '(cn=Hemvård \\28natt\\29)',
  '(pwdLastSet>=1)',
  '(pwdLastSet<=1)',
  '(cn~=hemvard)',
  '(userAccountControl:1.2.840.113556.1.4.803:=2)',
  '(memberOf:1.2.840.113556.1.4.1941:=CN=Delade,OU=Grupper,DC=example,DC=se)',
  '(ou:dn:=Delade)',
  '(ou:dn:2.5.13.5:=Delade)',
  '(:dn:2.5.13.5:=Delade)',
  '(!(objectClass=computer))',
  '(&(objectClass=user)(!(objectClass=computer)))',
  '(|(&(mail={mail})(cn=a*))(!(|(userPrincipalName={upn})(cn=b))))',
  '(!(!(&(a=b))))',
];
const WRONG = [
  '',
  'objectClass=user',
  '()',
  '(&)',
  '((a=b))',
  '(a)',
  '(=b)',
  '(!a=b)',
  '(!(a=b)(c=d))',
  '(& (a=b) (c=d))',
  '(&(a=b) (c=d))',
  '(&(a=b)(c=d)',
  '(a=b)(c=d)',
  '(a=b))',
  '(a=(b))',
  '(&()(a=b))',
  '(a=\\)',
  '(a=\\zz)',
  '(a;binary=b)',
];
/** Texts to insert, or to put in the place of a sign, where a filter goes wrong. */
const SLIPS = ['', '(', ')', '&', '|', '!', '=', ' ', '*', ':', '\\', '()', 'x'];

/** Each of the filters with one slip at each place. */
function slipped(texts: readonly string[]): string[] {
  return texts.flatMap((text) =>
    [...text].flatMap((_, at) =>
      SLIPS.flatMap((slip) => [
        text.slice(0, at) + slip + text.slice(at),
        text.slice(0, at) + slip + text.slice(at + 1),
      ]),
    ),
  );
}

function isParsed(text: string): boolean {
  try {
    parseFilter(text);
    return true;
  } catch {
    return false;
  }
}

describe('a filter of the configuration', () => {
  it.each(RIGHT)('is accepted as %s, and read', (text) => {
    expect([isFilter(text), isParsed(text)]).toEqual([true, true]);
  });

  it.each(WRONG)('is refused as "%s"', (text) => {
    expect(isFilter(text)).toBe(false);
  });

  it('is read by the adapter wherever it is accepted, whatever slip it was written with', () => {
    const once = slipped(RIGHT);
    const samples = [...once, ...slipped(once.filter((_, index) => index % 37 === 0))];
    const accepted = samples.filter(isFilter);
    expect(accepted.length).toBeGreaterThan(1_000);
    expect(accepted.length).toBeLessThan(samples.length / 2);
    expect(accepted.filter((text) => !isParsed(text))).toEqual([]);
  });
});
