import { createRequire } from 'node:module';
import type Holidays from 'date-holidays';

// Loaded with the first date that is asked: all countries' rules take a tenth of a start.
const require = createRequire(import.meta.url);

/** Whether a date, `YYYY-MM-DD`, is a public holiday in Sweden (lag 1989:253). Each year is worked out once. */
export function createSwedishHolidays(): (date: string) => boolean {
  let holidays: Holidays | undefined;
  const years = new Map<number, ReadonlySet<string>>();

  function ofYear(year: number): ReadonlySet<string> {
    holidays ??= new (require('date-holidays') as typeof Holidays)('SE', { types: ['public'] });
    const dates = holidays.getHolidays(year).map(({ date }) => date.slice(0, 10));
    return new Set(dates);
  }

  return (date) => {
    const year = Number(date.slice(0, 4));
    const known = years.get(year) ?? ofYear(year);
    years.set(year, known);
    return known.has(date);
  };
}
