import { request } from 'node:http';
import { connect } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Platform } from '../../infra/local/platform.ts';
import { api, lambda, run, start } from './stacks.ts';

const echo = lambda('export const handler = async (event) => event;');

/** The event that a request becomes. */
const eventOf = async (
  platform: Platform,
  path: string,
  init: RequestInit = {},
): Promise<APIGatewayProxyEventV2> => {
  const response = await fetch(platform.url + path, init);
  return (await response.json()) as APIGatewayProxyEventV2;
};

/** Sends bytes as they are, which no HTTP client would; resolves to all that comes back. */
const raw = (platform: Platform, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(platform.url).port), '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });

describe('the event of a request', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await start({ Echo: echo, ...api({ 'POST /things/{id}': 'Echo', 'ANY /': 'Echo' }) });
  });
  afterAll(() => platform.stop());

  test('has every member of payload format 2.0', async () => {
    const { port } = new URL(platform.url);

    const before = Date.now();
    const event = await eventOf(platform, '/things/a%20b?x=1&y=%C3%A9&x=2&empty=', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'test',
        'X-Mixed': 'Case',
        Cookie: 'a=1; b=2',
      },
      body: '{"n":1}',
    });

    expect(event).toEqual({
      version: '2.0',
      routeKey: 'POST /things/{id}',
      rawPath: '/things/a b',
      rawQueryString: 'x=1&y=%C3%A9&x=2&empty=',
      cookies: ['a=1', 'b=2'],
      headers: expect.objectContaining({
        'content-length': '7',
        'content-type': 'application/json',
        host: `127.0.0.1:${port}`,
        'user-agent': 'test',
        'x-amzn-trace-id': expect.stringMatching(/^Root=1-/),
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': port,
        'x-forwarded-proto': 'http',
        'x-mixed': 'Case',
      }),
      queryStringParameters: { x: '1,2', y: 'é', empty: '' },
      pathParameters: { id: 'a b' },
      requestContext: {
        accountId: '000000000000',
        apiId: 'Api',
        domainName: '127.0.0.1',
        domainPrefix: '127',
        http: {
          method: 'POST',
          path: '/things/a b',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test',
        },
        requestId: expect.stringMatching(/^[\w+/]{15}=$/),
        routeKey: 'POST /things/{id}',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.toSatisfy((value: number) => value >= before && value <= Date.now()),
      },
      body: '{"n":1}',
      isBase64Encoded: false,
    });
    expect(event.headers).not.toHaveProperty('cookie');
  });

  test('leaves out what a request does not have', async () => {
    const event = await eventOf(platform, '/');

    for (const absent of ['cookies', 'queryStringParameters', 'pathParameters', 'body']) {
      expect(event).not.toHaveProperty(absent);
    }
    expect(event.isBase64Encoded).toBe(false);
  });

  test('keeps headers and parameters whose names are members of every object', async () => {
    const answer = await raw(
      platform,
      'GET /?constructor=1&__proto__=2 HTTP/1.1\r\nHost: x\r\nConstructor: a\r\n__proto__: b\r\nConnection: close\r\n\r\n',
    );
    const event = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));

    expect(Object.entries(event.headers)).toEqual(
      expect.arrayContaining([
        ['constructor', 'a'],
        ['__proto__', 'b'],
      ]),
    );
    expect(Object.entries(event.queryStringParameters)).toEqual([
      ['constructor', '1'],
      ['__proto__', '2'],
    ]);
  });

  test('joins the values of a header that is sent twice', async () => {
    const answer = await raw(
      platform,
      'GET / HTTP/1.1\r\nHost: x\r\nIf-Match: "a"\r\nif-match: "b"\r\nConnection: close\r\n\r\n',
    );

    expect(answer).toContain('"if-match":"\\"a\\",\\"b\\""');
  });

  test.each([
    ['application/json', false],
    ['application/json; charset=utf-8', false],
    ['APPLICATION/JSON', false],
    ['application/xml', false],
    ['application/javascript', false],
    ['text/anything', false],
    ['application/merge-patch+json', true],
    ['application/problem+json', true],
    ['application/octet-stream', true],
    ['image/png', true],
    ['', true],
  ])('a body of type "%s" is base64-encoded: %s', async (type, encoded) => {
    const event = await eventOf(platform, '/', {
      method: 'POST',
      headers: type === '' ? {} : { 'content-type': type },
      body: Buffer.from('grüße'),
    });

    expect(event.isBase64Encoded).toBe(encoded);
    expect(Buffer.from(event.body ?? '', encoded ? 'base64' : 'utf8').toString()).toBe('grüße');
  });

  test('a body that is not UTF-8 is base64-encoded whatever its type', async () => {
    const event = await eventOf(platform, '/', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from([0x22, 0xff, 0xfe, 0x22]),
    });

    expect(event).toMatchObject({
      body: Buffer.from([0x22, 0xff, 0xfe, 0x22]).toString('base64'),
      isBase64Encoded: true,
    });
  });
});

describe('the answer to a request', () => {
  const answering = (answer: string) => ({
    Answer: lambda(`export const handler = async () => (${answer});`),
    ...api({ 'ANY /': 'Answer' }),
  });

  test('has the status, headers, cookies and body that the function gives', async () => {
    const platform = await run(
      answering(`{
        statusCode: 201, headers: { Location: '/1', ETag: '"a"', 'content-type': 'application/x' },
        cookies: ['a=1; Path=/', 'b=2'], body: 'made' }`),
    );

    const response = await fetch(platform.url);

    expect(response.status).toBe(201);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      location: '/1',
      etag: '"a"',
      'content-type': 'application/x',
      'content-length': '4',
      'apigw-requestid': expect.stringMatching(/=$/),
    });
    expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2']);
    expect(await response.text()).toBe('made');
  });

  test('is decoded when the function marks it as base64', async () => {
    const platform = await run(answering(`{ statusCode: 200, body: '/wA=', isBase64Encoded: true }`));

    const response = await fetch(platform.url);

    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from([0xff, 0x00]));
  });

  test.each([
    ['{ some: "object" }', '{"some":"object"}'],
    ['"text"', 'text'],
    ['[1]', '[1]'],
    ['undefined', 'null'],
  ])('of a function that returns %s without a status code is 200 with that as JSON', async (answer, body) => {
    const platform = await run(answering(answer));

    const response = await fetch(platform.url);

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.text()).toBe(body);
  });

  test('has no body for HEAD, and the length that it would have', async () => {
    const platform = await run(answering(`{ statusCode: 200, body: 'twelve bytes' }`));

    const response = await fetch(platform.url, { method: 'HEAD' });

    expect(response.headers.get('content-length')).toBe('12');
    expect(await response.text()).toBe('');
  });

  test.each([204, 304])('of status %i has neither body nor type', async (status) => {
    const platform = await run(answering(`{ statusCode: ${status}, headers: { etag: '"a"' }, body: '' }`));

    const response = await fetch(platform.url);

    expect(response.status).toBe(status);
    expect(response.headers.get('etag')).toBe('"a"');
    expect(response.headers.get('content-type')).toBeNull();
  });
});

describe('routes', () => {
  const here = lambda('export const handler = async (event) => event.routeKey;');
  let platform: Platform;
  beforeAll(async () => {
    const keys = [
      '$default',
      'ANY /{proxy+}',
      'GET /pets/{proxy+}',
      'ANY /pets/{id}',
      'GET /pets/{id}',
      'GET /pets/{id}/toys',
      'GET /pets/dog',
      'GET /pets',
    ];
    platform = await start({ Here: here, ...api(Object.fromEntries(keys.map((key) => [key, 'Here']))) });
  });
  afterAll(() => platform.stop());

  test.each([
    ['GET', '/pets', 'GET /pets'],
    ['GET', '/pets/dog', 'GET /pets/dog'],
    ['GET', '/pets/cat', 'GET /pets/{id}'],
    ['GET', '/pets/cat/toys', 'GET /pets/{id}/toys'],
    ['GET', '/pets/dog/toys', 'GET /pets/{id}/toys'],
    ['GET', '/pets/a/b/c', 'GET /pets/{proxy+}'],
    ['POST', '/pets/cat', 'ANY /pets/{id}'],
    ['POST', '/anything/else', 'ANY /{proxy+}'],
    ['GET', '/pets/', 'ANY /{proxy+}'],
    ['GET', '/', '$default'],
  ])('send %s %s to %s', async (method, path, expected) => {
    expect(await (await fetch(platform.url + path, { method })).text()).toBe(expected);
  });

  test("answer 404 with the gateway's body when nothing matches and there is no $default", async () => {
    const strict = await run({ Here: here, ...api({ 'GET /pets/{id}': 'Here' }) });

    for (const [method, path] of [
      ['GET', '/pets'],
      ['GET', '/pets/1/2'],
      ['POST', '/pets/1'],
    ] as const) {
      const response = await fetch(strict.url + path, { method });
      expect([response.status, await response.json()]).toEqual([404, { message: 'Not Found' }]);
    }
  });

  test('answer 400 for a path that cannot be decoded', async () => {
    const response = await fetch(`${platform.url}/%ff`);

    expect([response.status, await response.json()]).toEqual([400, { message: 'Bad Request' }]);
  });
});

describe('the gateway answers with its own body', () => {
  const answers = async (platform: Platform, status: number, message: string, init: RequestInit = {}) => {
    const response = await fetch(platform.url, init);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect([response.status, await response.json()]).toEqual([status, { message }]);
  };

  test.each([
    ['throws', 'throw new Error("secret")'],
    ['crashes', 'process.exit(1)'],
    ['answers with a status that is none', 'return { statusCode: "soon" }'],
    ['answers with a body that is no string', 'return { statusCode: 200, body: { a: 1 } }'],
    ['answers with a header that no header can hold', 'return { statusCode: 200, headers: { a: "x\\ny" } }'],
  ])('500 for a function that %s', async (_, statement) => {
    const platform = await run({
      Bad: lambda(`export const handler = async () => { ${statement}; };`),
      ...api({ $default: 'Bad' }),
    });

    await answers(platform, 500, 'Internal Server Error');
  });

  test('500 for a function that runs past its timeout', async () => {
    const platform = await run({
      Slow: lambda('export const handler = () => new Promise(() => {});', { Timeout: 1 }),
      ...api({ $default: 'Slow' }),
    });

    await answers(platform, 500, 'Internal Server Error');
  });

  test('503 for a function that runs longer than the integration allows', async () => {
    const platform = await run({
      Slow: lambda('export const handler = () => new Promise(() => {});'),
      ...api({ $default: 'Slow' }, { integration: { TimeoutInMillis: 50 } }),
    });

    await answers(platform, 503, 'Service Unavailable');
  });

  test('503 for a function that has no concurrency left', async () => {
    const platform = await run({
      Slow: lambda('export const handler = () => new Promise(() => {});', {
        ReservedConcurrentExecutions: 1,
      }),
      ...api({ $default: 'Slow' }),
    });
    const first = new AbortController();
    const held = fetch(platform.url, { signal: first.signal }).catch(() => 'given up');
    await vi.waitFor(() => expect(platform.functions[0]?.instances).toBe(1));

    await answers(platform, 503, 'Service Unavailable');

    first.abort();
    await held;
  });

  test('413 for a body over 10 MB, with or without a length', async () => {
    const platform = await run({ Echo: echo, ...api({ $default: 'Echo' }) });
    const large = Buffer.alloc(10 * 1024 * 1024 + 1);

    await answers(platform, 413, 'Request Entity Too Large', { method: 'POST', body: large });
    await answers(platform, 413, 'Request Entity Too Large', {
      method: 'POST',
      body: new Blob([large]).stream(),
      duplex: 'half',
    } as RequestInit);
  });

  test('431 for headers over 10 KB', async () => {
    const platform = await run({ Echo: echo, ...api({ $default: 'Echo' }) });

    const status = await new Promise((resolve, reject) => {
      request(platform.url, { headers: { long: 'x'.repeat(11_000) } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

    expect(status).toBe(431);
  });

  test('400 for bytes that are not HTTP, and it goes on to answer others', async () => {
    const platform = await run({ Echo: echo, ...api({ $default: 'Echo' }) });

    expect(await raw(platform, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);

    expect((await fetch(platform.url)).status).toBe(200);
  });
});

describe('throttling', () => {
  test('answers 429 beyond the burst of a route, and does not limit other routes', async () => {
    const platform = await run({
      Echo: echo,
      ...api(
        { 'GET /few': 'Echo', 'GET /many': 'Echo' },
        {
          stage: {
            DefaultRouteSettings: { ThrottlingRateLimit: 10_000, ThrottlingBurstLimit: 5_000 },
            RouteSettings: { 'GET /few': { ThrottlingRateLimit: 0.001, ThrottlingBurstLimit: 2 } },
          },
        },
      ),
    });
    const statuses = async (path: string) => {
      const responses = await Promise.all(Array.from({ length: 4 }, () => fetch(platform.url + path)));
      return responses.map(({ status }) => status).sort();
    };

    expect(await statuses('/few')).toEqual([200, 200, 429, 429]);
    expect(await statuses('/many')).toEqual([200, 200, 200, 200]);
    expect(await (await fetch(`${platform.url}/few`)).json()).toEqual({ message: 'Too Many Requests' });
  });
});

describe('CORS', () => {
  const cors = {
    CorsConfiguration: {
      AllowOrigins: ['https://app.example'],
      AllowMethods: ['GET', 'POST'],
      AllowHeaders: ['content-type'],
      ExposeHeaders: ['etag'],
      MaxAge: 60,
    },
  };
  const preflightOf = (platform: Platform, origin: string) =>
    fetch(platform.url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });

  test('a preflight request is answered by the gateway, without a route', async () => {
    const platform = await run({ Echo: echo, ...api({ 'POST /': 'Echo' }, cors) });

    const response = await preflightOf(platform, 'https://app.example');

    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '60',
    });
  });

  test('an origin that is not allowed gets no CORS headers', async () => {
    const platform = await run({ Echo: echo, ...api({ 'POST /': 'Echo' }, cors) });

    const response = await preflightOf(platform, 'https://evil.example');

    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  test("the API's headers replace the function's own", async () => {
    const platform = await run({
      Own: lambda(`export const handler = async () =>
        ({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': 'https://evil.example' } });`),
      ...api({ 'GET /': 'Own' }, cors),
    });

    const allowed = await fetch(platform.url, { headers: { origin: 'https://app.example' } });
    const refused = await fetch(platform.url, { headers: { origin: 'https://evil.example' } });

    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-expose-headers': 'etag',
    });
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('without a configuration OPTIONS is a method like any other', async () => {
    const platform = await run({ Echo: echo, ...api({ 'POST /': 'Echo' }) });

    expect((await preflightOf(platform, 'https://app.example')).status).toBe(404);
  });
});
