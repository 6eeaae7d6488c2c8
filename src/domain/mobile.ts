import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';

/** Longer input than any way of writing a number is not looked at. */
const MAX_INPUT_LENGTH = 40;

/** Bidirectional marks and other invisible signs that come along when a number is copied. */
const INVISIBLE = /\p{Cf}/gu;
/** A country code in parentheses, `(+46)`, which the library takes for an area. */
const COUNTRY_IN_PARENTHESES = /^[(（]\s*([+＋]|00)\s*([0-9０-９]{1,3})\s*[)）]/u;

/**
 * The E.164 form of a mobile number as people write it, or undefined where it is no valid mobile of
 * one of `countries` (ISO 3166-1 alpha-2). Numbers without a country code belong to the first.
 */
export function parseMobile(input: string, countries: readonly string[]): string | undefined {
  const [home] = countries;
  const text = input
    .replace(INVISIBLE, '')
    .replace(/\s/g, ' ')
    .trim()
    .replace(COUNTRY_IN_PARENTHESES, '$1$2');
  if (home === undefined || text.length > MAX_INPUT_LENGTH) return undefined;

  // The library's type names countries one by one; the list was checked when it was configured.
  const number = parsePhoneNumberFromString(text, {
    defaultCountry: home as CountryCode,
    extract: false,
  });
  if (number === undefined || !number.isValid() || number.ext !== undefined) return undefined;
  if (number.country === undefined || !countries.includes(number.country)) return undefined;
  return isMobile(number.getType()) ? number.number : undefined;
}

/** The mobile in a directory entry, E.164; undefined where it holds none. */
export function entryMobile(
  entry: { readonly mobile?: string | undefined } | undefined,
  countries: readonly string[],
): string | undefined {
  return parseMobile(entry?.mobile ?? '', countries);
}

/** Some countries' plans (DK, US) do not tell mobiles from fixed lines: there only the code can show it. */
function isMobile(type: string | undefined): boolean {
  return type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE';
}

/** The number with all but its country code and last two digits hidden, in pairs: `+46 ••• •• •• 67`. */
export function maskMobile(e164: string): string {
  const number = parsePhoneNumberFromString(e164);
  const { countryCallingCode: country, nationalNumber = e164 } = number ?? {};
  const signs = '•'.repeat(Math.max(2, nationalNumber.length - 2));
  const hidden = `${signs.replace(/(?<=••)(?=(?:••)+$)/g, ' ')} ${e164.slice(-2)}`;
  return country === undefined ? hidden : `+${country} ${hidden}`;
}
