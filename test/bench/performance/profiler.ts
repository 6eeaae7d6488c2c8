/** Loaded before a program: SIGUSR2 begins a profile of its CPU, the next one writes it to BENCH_PROFILE. */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

const INTERVAL_US = 200;

const session = new Session();
let isRunning = false;
process.on('SIGUSR2', () => {
  void toggle();
});

async function toggle(): Promise<void> {
  if (isRunning) {
    const { profile } = await session.post('Profiler.stop');
    writeFileSync(process.env['BENCH_PROFILE'] ?? 'profile.cpuprofile', JSON.stringify(profile));
    return;
  }
  isRunning = true;
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
  await session.post('Profiler.start');
}
