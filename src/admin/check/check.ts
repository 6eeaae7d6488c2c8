import { linkTo, SECTIONS, type Advice, type Checked } from './advice.ts';
import { checkDatabase, checkLogin, checkSms } from './checks.ts';
import { CommandFailure, type Command } from '../command.ts';
import { checkDirectory } from './directoryCheck.ts';
import { checkHost } from './hostCheck.ts';
import { plain } from '../print.ts';

/** All systems, one after another; fails where one has to be mended. */
export const checkAll: Command['run'] = async (place) => {
  const checks = [
    checkHost(place.config),
    await checkDatabase(place),
    await checkDirectory(place),
    await checkSms(place),
    await checkLogin(place),
  ];
  const failed = checks.filter(({ mend }) => mend.length > 0).map(({ name }) => name);
  const text = checks.map(asText).join('\n\n');
  if (failed.length > 0) {
    throw new CommandFailure(`to mend: ${failed.join(', ')}`, {
      facts: { checks: checks.map(asJson) },
      text,
    });
  }
  return { json: { checks: checks.map(asJson) }, text };
};

function asJson({ name, found, mend, mind }: Checked): unknown {
  const textsOf = (all: readonly Advice[]): string[] => all.map(({ text }) => text);
  const see = [...new Set([...mend, ...mind].map((advice) => linkTo(advice.see)))];
  return {
    name,
    ok: mend.length === 0,
    found,
    mend: textsOf(mend),
    mind: textsOf(mind),
    see,
  };
}

function asText({ name, found, mend, mind }: Checked): string {
  return [
    `${mend.length === 0 ? 'ok  ' : 'MEND'}  ${name}`,
    ...found.map((line) => `        ${line}`),
    ...linesOf('mend', mend),
    ...linesOf('mind', mind),
  ]
    .map(plain)
    .join('\n');
}

/** The lines, with the guide's section below the last line that it concerns. */
function linesOf(kind: 'mend' | 'mind', all: readonly Advice[]): string[] {
  return all.flatMap(({ text, see }, index) => [
    `  ${kind}  ${text}`,
    ...(all[index + 1]?.see === see ? [] : [`        see "${SECTIONS[see]}" in docs/setup.md`]),
  ]);
}
