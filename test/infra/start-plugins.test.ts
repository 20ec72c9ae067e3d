import { describe, expect, it, vi } from 'vitest';
import { log } from '../../functions/lib/observability/log.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { labels } from '../../infra/start/plugins/labels.ts';
import { describeLine } from '../../infra/start/plugins/log-lines.ts';
import { sweepAtStart } from '../../infra/start/plugins/sweep-at-start.ts';
import { captureLog } from '../support/log.ts';

describe('the log as people read it', () => {
  const read = (entry: object) => describeLine(JSON.stringify(entry));

  it('leaves out what repeats a line for CloudWatch to count', () => {
    const metrics = { FunctionName: 'worker', Computations: 1, _aws: { CloudWatchMetrics: [] } };
    expect(read({ level: 'INFO', message: 'finished', id: 'a', ...metrics })?.text).toBe('finished id=a');
  });

  it('has the message of a line, and the fields that say something to somebody who watches one machine', () => {
    const entry = {
      level: 'INFO',
      timestamp: 'x',
      message: 'finished',
      id: 'a',
      ageMs: 5,
      coldStart: false,
      traceId: 't',
      readUnits: 1,
    };

    expect(read(entry)).toEqual({ level: 'INFO', text: 'finished id=a ageMs=5' });
  });

  it('shows where an error came from', () => {
    const error = { name: 'Error', message: 'no', stack: 'Error: no\n    at here' };

    expect(read({ level: 'WARN', message: 'message', status: 'failed', error })).toEqual({
      level: 'WARN',
      text: 'message status=failed\n    Error: no\n    at here',
    });
  });

  it.each(['request', 'run'])('leaves out the line of a %s, unless it is an error', (message) => {
    expect(read({ level: 'INFO', message, status: 200 })).toBeUndefined();
    expect(read({ level: 'ERROR', message, status: 500 })?.text).toBe(`${message} status=500`);
  });

  it('recognizes what functions write of a request and of a run', () => {
    const { lines, restore } = captureLog();
    log.info('request', { status: 200 });
    log.info('run', { status: 'done' });
    log.info('finished', { id: 'a' });
    restore();

    expect(lines.map(read)).toEqual([undefined, undefined, { level: 'INFO', text: 'finished id=a' }]);
  });

  it.each(['plain words', '{not json'])('shows a line that is no object as it is: %s', (line) => {
    expect(describeLine(line)).toEqual({ level: 'INFO', text: line });
  });
});

it.each([
  ['DeadLettersFunction', 'dead-letters'],
  ['WorkQueueUrl', 'work-queue'],
  ['ItemsTable', 'items'],
])('a resource of the output %s is called %s', (output, label) => {
  expect(labels.label?.(output)).toBe(label);
});

describe('the sweep at the start', () => {
  /** A platform with these functions, and the invocations that the plugin makes when it starts. */
  const startWith = (...names: string[]) => {
    const invokeAsync = vi.fn<Platform['invokeAsync']>();
    const functions = names.map((label) => ({ label }));
    sweepAtStart.onStart?.({ functions, invokeAsync } as unknown as Platform);
    return invokeAsync.mock.calls;
  };

  it('lets the sweeper, and no other function, look at everything', () => {
    expect(startWith('items', 'sweeper', 'nightly')).toEqual([['sweeper', { all: true }]]);
  });

  it('does nothing in a stack without a sweeper', () => {
    expect(startWith('items')).toEqual([]);
  });
});
