import { describe, expect, test } from 'vitest';
import { accessLine, functionLine } from '../../infra/local/console.ts';

const time = new Date(2026, 10, 20, 9, 8, 7).getTime();
const line = (entry: object | string) =>
  functionLine({ time, source: 'worker', line: typeof entry === 'string' ? entry : JSON.stringify(entry) });

test('a request is one line', () => {
  expect(accessLine({ method: 'GET', target: '/items?limit=1', status: 200, milliseconds: 3.6 }, time)).toBe(
    '09:08:07 GET /items?limit=1 → 200 in 4 ms',
  );
});

describe('a line of a function', () => {
  test('leaves out what repeats it for CloudWatch to count', () => {
    const counted = { FunctionName: 'worker', Computations: 1, _aws: { CloudWatchMetrics: [] } };
    expect(line({ level: 'INFO', message: 'finished', id: 'a', ...counted })).toBe(
      '09:08:07 worker: finished id=a',
    );
  });

  test('is its message and what it says besides', () => {
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

    expect(line(entry)).toBe('09:08:07 worker: finished id=a ageMs=5');
  });

  test('names its level when it is a warning, and shows where an error came from', () => {
    const error = { name: 'Error', message: 'no', stack: 'Error: no\n    at here' };

    expect(line({ level: 'WARN', message: 'message', status: 'failed', error })).toBe(
      '09:08:07 worker: WARN message status=failed\n    Error: no\n    at here',
    );
  });

  test('of a run of the sweeper is left out, unless it is an error', () => {
    expect(line({ level: 'INFO', message: 'run', status: 'done' })).toBeUndefined();
    expect(line({ level: 'ERROR', message: 'run', status: 'failed' })).toBe(
      '09:08:07 worker: ERROR run status=failed',
    );
  });

  test('of a request is left to the gateway, unless it is an error', () => {
    expect(line({ level: 'INFO', message: 'request', status: 200 })).toBeUndefined();
    expect(line({ level: 'ERROR', message: 'request', status: 500 })).toBe(
      '09:08:07 worker: ERROR request status=500',
    );
  });

  test.each(['plain words', '{not json'])('that is no object is shown as it is: %s', (words) => {
    expect(line(words)).toBe(`09:08:07 worker: ${words}`);
  });
});
