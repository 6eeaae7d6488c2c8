import Holidays from 'date-holidays';

/** Whether a date, `YYYY-MM-DD`, is a public holiday in Sweden (lag 1989:253). Each year is worked out once. */
export function createSwedishHolidays(): (date: string) => boolean {
  const holidays = new Holidays('SE', { types: ['public'] });
  const years = new Map<number, ReadonlySet<string>>();

  function ofYear(year: number): ReadonlySet<string> {
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
