import { describe, expect, test } from 'vitest';
import { log } from '../../functions/lib/observability/log.ts';
import {
  accessJson,
  accessLine,
  functionJson,
  functionLine,
  functionText,
} from '../../infra/local/log/console.ts';
import { captureLog } from '../support/log.ts';

const time = new Date(2026, 10, 20, 9, 8, 7).getTime();
const line = (entry: object | string) => {
  const written = typeof entry === 'string' ? entry : JSON.stringify(entry);
  return functionLine({ time, source: 'worker', line: written, read: functionText(written) });
};

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

  test('is known by what functions write of a request and of a run', () => {
    const { lines, restore } = captureLog();
    log.info('request', { status: 200 });
    log.info('run', { status: 'done' });
    log.info('finished', { id: 'a' });
    restore();

    expect(lines.map(line)).toEqual([undefined, undefined, '09:08:07 worker: finished id=a']);
  });

  test.each(['plain words', '{not json'])('that is no object is shown as it is: %s', (words) => {
    expect(line(words)).toBe(`09:08:07 worker: ${words}`);
  });
});

test('a failure that the platform reports is shown as it is', () => {
  expect(line('ERROR Sandbox.Timedout: too slow')).toBe('09:08:07 worker: ERROR Sandbox.Timedout: too slow');
});

describe('for programs every line is an object', () => {
  const json = (entry: string) => JSON.parse(functionJson({ time, source: 'worker', line: entry }));

  test('of a request', () => {
    const access = { method: 'GET', target: '/items', status: 200, milliseconds: 3.6 };

    expect(JSON.parse(accessJson(access, Date.UTC(2026, 0, 1)))).toEqual({
      level: 'INFO',
      timestamp: '2026-01-01T00:00:00.000Z',
      message: 'access',
      method: 'GET',
      target: '/items',
      status: 200,
      durationMs: 4,
    });
  });

  test('of a structured line as it is, with whose it is', () => {
    const entry = { level: 'INFO', message: 'request', traceId: 't', _aws: { CloudWatchMetrics: [] } };

    expect(json(JSON.stringify(entry))).toEqual({ ...entry, function: 'worker' });
  });

  test.each(['plain words', '{not json'])('of anything else as a message: %s', (words) => {
    expect(json(words)).toEqual({
      level: 'INFO',
      timestamp: new Date(time).toISOString(),
      message: words,
      function: 'worker',
    });
  });
});
