import type { Locale } from '../../domain/parties.ts';

const sv = {
  title: 'Lösenord på gruppkonton',
  period: (days: string, from: string, to: string) =>
    `${days} ${days === '1' ? 'dag' : 'dagar'}, ${from} till ${to}`,
  figures: 'I korthet',
  numbers: 'Siffrorna',
  nothing: 'Inget sådant har hänt under perioden.',
  week: 'Vecka från',
  day: 'Dag',
  accounts: 'Konton',
  count: 'Antal',
  rest: (count: string) => `och ${count} till; hela listan: report --json`,
  none: 'Inga.',
  managers: (count: string) => `${count} ansvariga`,
  figure: {
    accounts: 'Delade konton',
    enrolled: 'Konton med registrerad mobil',
    enrollments: 'Registreringar',
    resets: 'Lösenordsbyten här',
    unlocks: 'Upplåsningar',
    outsideChanges: 'Byten på annat sätt',
    reminders: 'Påminnelser',
    resetsFromReminders: 'Byten efter en påminnelse',
    codes: 'Koder i sms',
    codesNotDelivered: 'Koder som inte kom fram',
    wrongCodes: 'Fel koder',
    lockouts: 'Spärrar efter fel koder',
    unknownOutcomes: 'Byten vars utfall inte var känt direkt',
    overdue: 'Konton med lösenord som skulle ha bytts',
    unanswered: 'Konton som ingen ansvarar för',
    notInTeams: 'Konton med ansvariga som inte nås i Teams',
  },
  enrolled: {
    title: 'Registrerade konton över tid',
    description: 'Hur många av alla konton som har en ansvarig med registrerad mobil, dag för dag.',
    all: 'Alla konton',
    enrolled: 'Registrerade',
  },
  ages: {
    title: 'Lösenordens ålder mot rotationen',
    description: 'Hur gamla lösenorden är, och vilka som har passerat dagen då de skulle ha bytts.',
    days: 'Ålder i dagar',
    within: 'Inom rotationen',
    past: 'Skulle ha bytts',
    without: (count: string) => `${count} konton har ingen känd ålder.`,
  },
  changes: {
    title: 'Byten och upplåsningar per vecka',
    description:
      'Lösenord som bytts här, konton som låsts upp, och lösenord som bytts på annat sätt.',
  },
  delays: {
    title: 'Från påminnelse till byte',
    description: 'Hur lång tid det tog från den första påminnelsen till bytet.',
    took: 'Dagar',
    resets: 'Byten',
    under: (days: number) => `under ${String(days)}`,
    over: (days: number) => `${String(days)} eller mer`,
  },
  sms: {
    title: 'Koder i sms per dag',
    description: 'Koder som sms-tjänsten tog emot, inte tog emot, eller inte gav besked om.',
    codes: 'Skickade',
    codesRefused: 'Inte mottagna',
    codesUncertain: 'Inget besked',
    limit: (count: string) => `Tak ${count} per dag`,
    note: (most: string, limit: string, share: string) =>
      `Som mest ${most} på en dag. Taket är ${limit} per dygn: det är ${share} av det.`,
    fates: (days: string, delivered: string, failed: string, open: string) =>
      `${days === '1' ? 'Det senaste dygnet' : `De senaste ${days} dagarna`}: ${delivered} levererade, ${failed} kom inte fram, ${open} utan slutbesked.`,
  },
  wrong: {
    title: 'Fel koder och spärrar per vecka',
    description: 'Koder som inte stämde, och flöden som slutade med en spärr.',
  },
  unknown: {
    title: 'Byten med okänt utfall per vecka',
    description: 'Byten där katalogen inte svarade. Boten söker svaret och berättar det på kortet.',
  },
  desk: {
    title: 'Servicedeskens åtgärder per vecka',
    description:
      'Uppslag, bekräftade och nekade samtal, insläppta utan lösenord, borttagna nummer, borttagna spärrar.',
    deskLooked: 'Uppslag',
    deskConfirmed: 'Bekräftade samtal',
    deskDenied: 'Nekade samtal',
    deskVouched: 'Insläppta utan lösenord',
    deskRevoked: 'Borttagna nummer',
    deskLockoutCleared: 'Borttagna spärrar',
  },
  lists: {
    account: 'Konto',
    due: 'Skulle ha bytts',
    answers: 'Ansvarar',
    reason: 'Orsak',
    noManager: 'ingen ansvarig i katalogen',
    tooManyManagers: 'för många ansvariga',
  },
};

export type ReportTexts = typeof sv;

const en: ReportTexts = {
  title: 'Passwords of group accounts',
  period: (days, from, to) => `${days} ${days === '1' ? 'day' : 'days'}, ${from} to ${to}`,
  figures: 'In short',
  numbers: 'The numbers',
  nothing: 'Nothing of the kind has happened in the period.',
  week: 'Week from',
  day: 'Day',
  accounts: 'Accounts',
  count: 'Count',
  rest: (count) => `and ${count} more; the whole list: report --json`,
  none: 'None.',
  managers: (count) => `${count} managers`,
  figure: {
    accounts: 'Shared accounts',
    enrolled: 'Accounts with a registered mobile',
    enrollments: 'Registrations',
    resets: 'Passwords changed here',
    unlocks: 'Unlocks',
    outsideChanges: 'Changes in another way',
    reminders: 'Reminders',
    resetsFromReminders: 'Changes after a reminder',
    codes: 'Codes by text message',
    codesNotDelivered: 'Codes that did not arrive',
    wrongCodes: 'Wrong codes',
    lockouts: 'Lockouts after wrong codes',
    unknownOutcomes: 'Changes whose outcome was not known at once',
    overdue: 'Accounts with an overdue password',
    unanswered: 'Accounts that nobody answers for',
    notInTeams: 'Accounts with managers who are not reached in Teams',
  },
  enrolled: {
    title: 'Registered accounts over time',
    description: 'How many of all accounts have a manager with a registered mobile, day by day.',
    all: 'All accounts',
    enrolled: 'Registered',
  },
  ages: {
    title: 'Age of the passwords against the rotation',
    description: 'How old the passwords are, and which are past the day when they were due.',
    days: 'Age in days',
    within: 'Within the rotation',
    past: 'Overdue',
    without: (count) => `${count} accounts have no known age.`,
  },
  changes: {
    title: 'Changes and unlocks per week',
    description: 'Passwords changed here, accounts unlocked, and passwords changed in another way.',
  },
  delays: {
    title: 'From reminder to change',
    description: 'How long it took from the first reminder to the change.',
    took: 'Days',
    resets: 'Changes',
    under: (days) => `under ${String(days)}`,
    over: (days) => `${String(days)} or more`,
  },
  sms: {
    title: 'Codes by text message per day',
    description: 'Codes that the SMS service took, did not take, or gave no answer about.',
    codes: 'Sent',
    codesRefused: 'Not taken',
    codesUncertain: 'No answer',
    limit: (count) => `Ceiling ${count} a day`,
    note: (most, limit, share) =>
      `At most ${most} on one day. The ceiling is ${limit} in 24 hours: that is ${share} of it.`,
    fates: (days, delivered, failed, open) =>
      `In the last ${days === '1' ? 'day' : `${days} days`}: ${delivered} delivered, ${failed} did not arrive, ${open} without a final report.`,
  },
  wrong: {
    title: 'Wrong codes and lockouts per week',
    description: 'Codes that were not right, and flows that ended in a lockout.',
  },
  unknown: {
    title: 'Changes with an unknown outcome per week',
    description:
      'Changes that the directory did not answer. The bot seeks the answer and tells it on the card.',
  },
  desk: {
    title: 'Acts of the service desk per week',
    description:
      'Look-ups, confirmed and denied calls, people let in without the password, removed numbers, lifted lockouts.',
    deskLooked: 'Look-ups',
    deskConfirmed: 'Confirmed calls',
    deskDenied: 'Denied calls',
    deskVouched: 'Let in without password',
    deskRevoked: 'Removed numbers',
    deskLockoutCleared: 'Lifted lockouts',
  },
  lists: {
    account: 'Account',
    due: 'Was due',
    answers: 'Answers for it',
    reason: 'Reason',
    noManager: 'nobody in the directory',
    tooManyManagers: 'too many',
  },
};

/** The report's words for people. */
export const REPORT_TEXTS: Readonly<Record<Locale, ReportTexts>> = { sv, en };
