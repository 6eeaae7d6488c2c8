import { checkDatabase, checkDirectory, checkLogin, checkSms, type Checked } from './checks.ts';
import { CommandFailure, type Command } from './command.ts';
import { plain } from './print.ts';

/** All systems, one after another; fails where one has to be mended. */
export const checkAll: Command['run'] = async (place) => {
  const checks = [
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
  return { name, ok: mend.length === 0, found, mend, mind };
}

function asText({ name, found, mend, mind }: Checked): string {
  return [
    `${mend.length === 0 ? 'ok  ' : 'MEND'}  ${name}`,
    ...found.map((line) => `        ${line}`),
    ...mend.map((line) => `  mend  ${line}`),
    ...mind.map((line) => `  mind  ${line}`),
  ]
    .map(plain)
    .join('\n');
}
