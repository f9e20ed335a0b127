// Checks that the recorded runs are valid logs.
import { EventSchemas } from '@ag-ui/core/schemas';
import { describe, expect, test } from 'vitest';
import { isTerminal } from '../../durable/conversation/log/events.ts';
import { RUN_NAMES, RUNS } from './recorded-runs.fixture.ts';

describe('recorded runs', () => {
  test.each(RUN_NAMES)('%s: AG-UI events that end once, at their end', (name) => {
    const events = RUNS[name];
    for (const event of events) expect(EventSchemas.safeParse(event).error).toBeUndefined();
    expect(events.map(isTerminal)).toEqual(events.map((_, index) => index === events.length - 1));
  });
});
