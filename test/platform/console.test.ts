import { describe, expect, test } from 'vitest';
import { accessJson, accessLine, functionJson, functionLine } from '../../infra/local/log/console.ts';
import { plainLine } from '../../infra/local/log/log.ts';

const time = new Date(2026, 10, 20, 9, 8, 7).getTime();

describe('what people read', () => {
  const shownLine = (line: string) => functionLine({ time, source: 'worker', line, shown: plainLine(line) });

  test('a request is one line', () => {
    expect(accessLine({ method: 'GET', target: '/a?limit=1', status: 200, milliseconds: 3.6 }, time)).toBe(
      '09:08:07 GET /a?limit=1 → 200 in 4 ms',
    );
  });

  test.each(['plain words', '{not json', '{"level":"INFO"}'])('a line is shown as it is: %s', (line) => {
    expect(shownLine(line)).toBe(`09:08:07 worker: ${line}`);
  });

  test('a failure that the platform reports is an error', () => {
    expect(plainLine('ERROR Sandbox.Timedout: too slow\n  at x')).toEqual({
      level: 'ERROR',
      text: 'Sandbox.Timedout: too slow\n  at x',
    });
    expect(shownLine('ERROR Sandbox.Timedout: too slow')).toBe(
      '09:08:07 worker: ERROR Sandbox.Timedout: too slow',
    );
  });

  test('a line that people need not read is left out', () => {
    expect(functionLine({ time, source: 'worker', line: 'x', shown: undefined })).toBeUndefined();
  });
});

describe('what programs read is an object a line', () => {
  const json = (entry: string) => JSON.parse(functionJson({ time, source: 'worker', line: entry }));

  test('of a request', () => {
    const access = { method: 'GET', target: '/a', status: 200, milliseconds: 3.6 };

    expect(JSON.parse(accessJson(access, Date.UTC(2026, 0, 1)))).toEqual({
      level: 'INFO',
      timestamp: '2026-01-01T00:00:00.000Z',
      message: 'access',
      method: 'GET',
      target: '/a',
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
