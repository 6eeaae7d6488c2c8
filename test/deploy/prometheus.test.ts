import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { run } from '../support/children.ts';
import { folderOfSuite, houseOfTest } from '../support/ofSuite.ts';
import { PROJECT } from '../support/programs.ts';
import { newEnrolled, startReset } from '../support/walks.ts';
import { deployText } from './deployFile.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: 'call' | 'ticket' };
  readonly annotations: { readonly summary: string };
}
interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

const { groups } = parse(deployText('prometheus/rules.yml')) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(deployText('grafana/dashboard.json')) as {
  readonly panels: readonly Panel[];
};
const queries = panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }) => ({ title, expr: expr.replaceAll('$__rate_interval', '5m') })),
);
const folder = await folderOfSuite();

/** One metric, a value a minute in promtool's notation. */
type Series = readonly [series: string, values: string];
const errors = (labels: string): string => `passwordbot_operation_errors_total{${labels}}`;
const alarm = (name: string): string => `passwordbot_alarms_total{alarm="${name}"}`;
const SLOW = ['1', '3', '5', '+Inf'];
const turns = (upTo3: number, all: number): Series[] =>
  SLOW.map((le) => [
    `passwordbot_turn_duration_seconds_bucket{le="${le}"}`,
    `0+${String(Number(le) <= 3 ? upTo3 : all)}x120`,
  ]);

/** The series at which each alarm rings by the given minute, and those at which it stays silent. */
const TRIALS: Readonly<Record<string, { rings: readonly Series[]; silent: readonly Series[] }>> = {
  BotDown: {
    rings: [['up{job="passwordbot"}', '1x60 0x60']],
    silent: [
      ['up{job="passwordbot",instance="a"}', '0x120'],
      ['up{job="passwordbot",instance="b"}', '1x120'],
    ],
  },
  WriteUnknown: {
    rings: [['passwordbot_unknown_outcomes', '0x90 1x30']],
    silent: [['passwordbot_unknown_outcomes', '0x110 1x10']],
  },
  WriteUnknownLong: {
    rings: [['passwordbot_unknown_outcomes', '0x30 1x90']],
    silent: [['passwordbot_unknown_outcomes', '0x90 1x30']],
  },
  NoRights: {
    // The first error of its code.
    rings: [[errors('system="directory",code="noRights"'), '_x115 1x5']],
    silent: [
      [errors('system="directory",code="noRights"'), '1x120'],
      [errors('system="directory",code="unreachable"'), '0+1x120'],
    ],
  },
  DirectoryFails: {
    rings: [[errors('system="directory",code="unreachable"'), '0x60 0+6x60']],
    silent: [[errors('system="directory",code="unreachable"'), '0+1x120']],
  },
  SmsFails: {
    rings: [[errors('system="sms",code="20500"'), '0x105 0+1x15']],
    silent: [[errors('system="sms",code="20500"'), '0x100 4x20']],
  },
  StoredValue: {
    rings: [[alarm('storedValue'), '0x110 1x10']],
    silent: [[alarm('storedValue'), '1x120']],
  },
  ManyRevokes: {
    rings: [[alarm('manyRevokes'), '0x90 1x30']],
    silent: [[alarm('storedValue'), '0x90 1x30']],
  },
  ManyVouches: {
    rings: [[alarm('manyVouches'), '0x90 1x30']],
    silent: [[alarm('manyVouches'), '0x120']],
  },
  CallerDenied: {
    rings: [[alarm('callerDenied'), '0x90 1x30']],
    silent: [[alarm('callerDenied'), '2x120']],
  },
  LockedAgain: {
    rings: [[alarm('lockedAgain'), '0x90 1x30']],
    silent: [[alarm('callerDenied'), '0x90 1x30']],
  },
  SmsBudget80: {
    rings: [
      ['passwordbot_sms_budget_used{instance="a"}', '1601x120'],
      ['passwordbot_sms_budget_ceiling{instance="a"}', '2000x120'],
    ],
    silent: [
      ['passwordbot_sms_budget_used{instance="a"}', '1600x120'],
      ['passwordbot_sms_budget_ceiling{instance="a"}', '2000x120'],
    ],
  },
  Lockouts: {
    rings: [['passwordbot_lockouts_total{kind="code"}', '0x90 7x30']],
    silent: [['passwordbot_lockouts_total{kind="code"}', '0x90 4x30']],
  },
  AccessDenied: {
    rings: [['passwordbot_audit_events_total{event="access.denied"}', '0x90 12x30']],
    silent: [['passwordbot_audit_events_total{event="reset.written"}', '0+5x120']],
  },
  NoticesWait: {
    rings: [['passwordbot_notices_waiting', '0x90 21x30']],
    silent: [['passwordbot_notices_waiting', '20x120']],
  },
  StoreFails: {
    rings: [[errors('system="store",code="unavailable"'), '0x116 0+2x4']],
    silent: [[errors('system="store",code="unavailable"'), '9x120']],
  },
  Slow: { rings: turns(1, 10), silent: turns(99, 100) },
  Restarts: {
    rings: [['process_start_time_seconds{job="passwordbot"}', '1x80 2x8 3x8 4x8 5x16']],
    silent: [['process_start_time_seconds{job="passwordbot"}', '1x100 2x20']],
  },
  EndsSoon: {
    // Two hours after the beginning of time, in which the trials end.
    rings: [
      ['passwordbot_ends_timestamp_seconds{ending="botSecret"}', `${String(13 * 86_400)}x120`],
    ],
    silent: [
      ['passwordbot_ends_timestamp_seconds{ending="botSecret"}', `${String(15 * 86_400)}x120`],
    ],
  },
};

/** The labels of the series that ring, where the rule keeps them. */
const LABELS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Restarts: { job: 'passwordbot' },
  EndsSoon: { ending: 'botSecret' },
};

/** Promtool's tests of one rule, with a file of that rule alone: it evaluates each rule at every minute. */
async function writeTrials(rule: Rule): Promise<string> {
  const { alert, labels, annotations } = rule;
  const { rings, silent } = TRIALS[alert] ?? { rings: [], silent: [] };
  const seen = LABELS[alert] ?? {};
  const exp_annotations = { summary: annotations.summary };
  const rung = [{ exp_labels: { ...labels, ...seen }, exp_annotations }];
  const tests = [[rings, rung] as const, [silent, []] as const].map(([series, alerts]) => ({
    interval: '1m',
    name: alert,
    input_series: series.map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [{ eval_time: '2h', alertname: alert, exp_alerts: alerts }],
  }));
  const [ruleFile, file] = [`${alert}.yml`, join(folder, `${alert}.test.yml`)];
  await writeFile(
    join(folder, ruleFile),
    stringify({ groups: [{ name: 'passwordbot', rules: [rule] }] }),
  );
  await writeFile(file, stringify({ rule_files: [ruleFile], evaluation_interval: '1m', tests }));
  return file;
}

describe('the alarms for Prometheus', () => {
  it('ring when they should, and only then', async () => {
    const files = await Promise.all(rules.map(writeTrials));
    const { code, output } = await run('promtool', ['test', 'rules', ...files], { isShown: false });
    expect([code, output.match(/SUCCESS/g)?.length]).toEqual([0, rules.length]);
    expect(Object.keys(TRIALS)).toEqual(rules.map(({ alert }) => alert));
  });

  it('are a file of rules', async () => {
    const file = join(PROJECT, 'deploy/prometheus/rules.yml');
    const { code, output } = await run('promtool', ['check', 'rules', file], { isShown: false });
    expect([code, output]).toEqual([0, expect.stringContaining(`${String(rules.length)} rules`)]);
  });

  it('are those that the documents explain, each with who is called', async () => {
    const text = await readFile(join(PROJECT, 'docs/operations.md'), 'utf8');
    const explained = [...text.matchAll(/^\| `(\w+)` +\| (call|ticket) +\| \S/gm)];
    expect(explained.map(([, alert, who]) => [alert, who])).toEqual(
      rules.map(({ alert, labels }) => [alert, labels.severity]),
    );
  });
});

/** The names of the metrics, each with the labels that it was seen with. */
function exposed(text: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
    const known = found.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    found.set(name, known);
  }
  return found;
}

describe('what rules and dashboard ask for', () => {
  it('is a metric of the running bot with that label', async () => {
    const house = await houseOfTest({ entrance: 'port' });
    const walker = await newEnrolled(house);
    house.directory.fault = () => 'drop';
    await walker.chat.say('status');
    house.directory.fault = undefined;
    await startReset(walker);
    await house.teams.until(() => house.output.includes('directory failed'));
    const metrics = exposed(await (await fetch(`${house.url}/metrics`)).text());
    const asked = [...rules.map(({ alert, expr }) => ({ title: alert, expr })), ...queries];
    expect(queries.length).toBeGreaterThan(12);
    for (const { title, expr } of asked) {
      const names = expr.match(/\b(?:passwordbot|process|nodejs)_\w+/g) ?? [];
      for (const name of names)
        expect([title, name, metrics.has(name)]).toEqual([title, name, true]);
      for (const [, name = '', labels = ''] of expr.matchAll(
        /\b((?:passwordbot|process|nodejs)_\w+)\{([^}]*)\}/g,
      )) {
        for (const [, label = ''] of labels.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)) {
          // Prometheus itself adds these.
          if (label === 'job' || label === 'instance') continue;
          expect([title, name, label, metrics.get(name)?.has(label)]).toEqual([
            title,
            name,
            label,
            true,
          ]);
        }
      }
      const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, by = '']) =>
        by.split(/, */),
      );
      const labels = new Set([
        ...names.flatMap((name) => [...(metrics.get(name) ?? [])]),
        'instance',
      ]);
      for (const label of grouped)
        expect([title, label, labels.has(label)]).toEqual([title, label, true]);
    }
  });

  it('is PromQL', async () => {
    const recorded = queries.map(({ expr }, n) => ({ record: `panel:${String(n)}`, expr }));
    const file = join(folder, 'queries.yml');
    await writeFile(file, stringify({ groups: [{ name: 'dashboard', rules: recorded }] }));
    const { code, output } = await run('promtool', ['check', 'rules', file], { isShown: false });
    expect([code, output]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  it('covers each metric of the documents', async () => {
    const text = await readFile(join(PROJECT, 'docs/operations.md'), 'utf8');
    const table = text.slice(text.indexOf('| metric '), text.indexOf('### Alarms'));
    const all = queries.map(({ expr }) => expr).join('\n');
    for (const name of table.match(/passwordbot_\w+/g) ?? []) {
      expect([name, all.includes(name)]).toEqual([name, true]);
    }
  });
});
