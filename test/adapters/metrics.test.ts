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

  it('say what is running', async () => {
    const text = await createMetrics({ version: '1.2.3' }).registry.metrics();
    expect(text).toContain(`passwordbot_build_info{version="1.2.3",node="${process.version}"} 1`);
  });
});
