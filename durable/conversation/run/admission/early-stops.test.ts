import { expect, it } from 'vitest';
import { createEarlyStops } from './early-stops.ts';

const NOW = 1_795_000_000_000;

function create() {
  const clock = { at: NOW };
  return { clock, stops: createEarlyStops(() => clock.at) };
}

it('remembers a stop for the run of the same user, once (R49)', () => {
  const { stops } = create();
  stops.add('run-1', 'ada');
  expect(stops.take('run-2', 'ada')).toBe(false);
  expect(stops.take('run-1', 'eli')).toBe(false);
  expect(stops.take('run-1', 'ada')).toBe(true);
  expect(stops.take('run-1', 'ada')).toBe(false);
});

it('forgets a stop after half a minute', () => {
  const { clock, stops } = create();
  stops.add('run-1', 'ada');
  clock.at += 30_001;
  expect(stops.take('run-1', 'ada')).toBe(false);
});

it('keeps a bounded number of stops, the newest ones', () => {
  const { stops } = create();
  for (let run = 0; run <= 100; run += 1) stops.add(`run-${run}`, 'ada');
  expect(stops.take('run-0', 'ada')).toBe(false);
  expect(stops.take('run-1', 'ada')).toBe(true);
  expect(stops.take('run-100', 'ada')).toBe(true);
});
