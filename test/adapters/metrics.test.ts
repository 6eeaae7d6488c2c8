import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { countAlarms } from '../../src/adapters/log.ts';
import { createMetrics } from '../../src/adapters/metrics.ts';
import { recordingLog } from './store/support.ts';

async function families(): Promise<{ name: string; help: string; type: string }[]> {
  const metrics = createMetrics({ version: '1.2.3' });
  const text = await metrics.registry.metrics();
  return [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\w+)$/gm)].map(
    ([, name = '', help = '', type = '']) => ({ name, help, type }),
  );
}

describe('metrics', () => {
  it('follow Prometheus’ conventions: one prefix, base units, counts that end in _total', async () => {
    const own = (await families()).filter(({ name }) => name.startsWith('passwordbot_'));
    expect(own.length).toBeGreaterThan(10);
    for (const { name, help, type } of own) {
      expect(help).toMatch(/^[A-Z].*\.$/);
      expect(name).toMatch(/^[a-z]+(?:_[a-z]+)+$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
      expect(name).not.toMatch(/_(?:ms|milliseconds|minutes|hours|count|sum|bucket)$/);
    }
  });

  it('begin with counts of zero where an alarm looks at their rise', async () => {
    const text = await createMetrics({ version: '1' }).registry.metrics();
    expect(text).toContain('passwordbot_sms_budget_alarms_total{percent="80"} 0');
    expect(text).toContain('passwordbot_alarms_total{alarm="storedValue"} 0');
    expect(text).toContain('passwordbot_lockouts_total{kind="proof"} 0');
    expect(text).toContain('passwordbot_code_messages_total{outcome="unknown"} 0');
  });

  it('count each line of the log that carries an alarm, and log it as it is', async () => {
    const metrics = createMetrics({ version: '1' });
    const { log, lines } = recordingLog();
    const counting = countAlarms(log, metrics);
    counting.error({ alarm: 'storedValue', row: 'r' }, 'changed');
    counting.info({ rows: 1 }, 'audit head');
    expect(lines).toEqual([
      { level: 'error', fields: { alarm: 'storedValue', row: 'r' }, message: 'changed' },
      { level: 'info', fields: { rows: 1 }, message: 'audit head' },
    ]);
    const text = await metrics.registry.metrics();
    expect(text).toContain('passwordbot_alarms_total{alarm="storedValue"} 1');
  });

  it('count each alarm that docs/operations.md explains, and no other', async () => {
    const text = await createMetrics({ version: '1' }).registry.metrics();
    const counted = [...text.matchAll(/^passwordbot_alarms_total\{alarm="(\w+)"\} 0$/gm)];
    const [, table = ''] = (await readFile('docs/operations.md', 'utf8')).split('| `alarm` ');
    const explained = [...table.split('\n\n')[0]!.matchAll(/^\| `(\w+)`/gm)];
    const names = (found: readonly RegExpExecArray[]) => found.map(([, name]) => name).toSorted();
    expect(names(counted)).toEqual(names(explained));
  });

  it('count the service desk’s work, and name nobody', async () => {
    const metrics = createMetrics({ version: '1' });
    const [agent, manager] = ['tenant/5f0c5b1e-6f4d', 'tenant/0b6f0a53-8f0e'] as const;
    const about = { actor: agent, account: 'account', flow: 'call-x' };
    for (const event of [
      { event: 'desk.looked', result: 'ok' },
      { event: 'desk.callerAsked', result: 'ok', reason: manager },
      { event: 'desk.callerAsked', result: 'failed', reason: 'callerNotReached' },
      { event: 'desk.callerConfirmed', result: 'ok' },
      { event: 'desk.callerDenied', result: 'refused', reason: 'wrongNumber' },
      { event: 'desk.vouched', result: 'ok', reason: manager },
      { event: 'desk.revoked', result: 'ok', reason: 'phoneLost' },
      { event: 'access.denied', result: 'refused', reason: 'notResponsible ×17' },
    ] as const) {
      metrics.audited({ ...event, ...about });
    }
    const text = await metrics.registry.metrics();
    for (const line of [
      'passwordbot_desk_lookups_total 1',
      'passwordbot_desk_confirmations_total{result="asked"} 1',
      'passwordbot_desk_confirmations_total{result="notReached"} 1',
      'passwordbot_desk_confirmations_total{result="confirmed"} 1',
      'passwordbot_desk_confirmations_total{result="wrongNumber"} 1',
      'passwordbot_desk_confirmations_total{result="denied"} 0',
      'passwordbot_desk_acts_total{act="vouch"} 1',
      'passwordbot_desk_acts_total{act="revoke"} 1',
      'passwordbot_audit_events_total{event="desk.revoked",result="ok",reason="phoneLost"} 1',
      'passwordbot_audit_events_total{event="access.denied",result="refused",reason="notResponsible"} 1',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).not.toContain('tenant/');
  });

  it('say what is running', async () => {
    const text = await createMetrics({ version: '1.2.3' }).registry.metrics();
    expect(text).toContain(`passwordbot_build_info{version="1.2.3",node="${process.version}"} 1`);
  });
});
