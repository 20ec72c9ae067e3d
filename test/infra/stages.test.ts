import { describe, expect, test } from 'vitest';
import { localEnvironment, parseOrigins, stages, suiteOf } from '../../infra/stages.ts';

describe('a stage', () => {
  test.each(stages)('%s contradicts neither itself nor AWS', (stage) => {
    expect(suiteOf(stage).stageName).toBe(stage);
  });

  test('that does not exist is refused by a sentence that names those that do', () => {
    expect(() => suiteOf('staging')).toThrow('There is no stage "staging": use local, dev, prod.');
    expect(() => suiteOf('toString')).toThrow('There is no stage');
  });

  test('alone in prod keeps its data', () => {
    expect(stages.filter((stage) => suiteOf(stage).stage.keepData)).toEqual(['prod']);
  });
});

describe('origins', () => {
  test('are none when there is no list', () => {
    expect(parseOrigins(undefined)).toEqual([]);
  });

  test('are what a browser sends', () => {
    expect(parseOrigins('https://example.com, http://localhost:5173')).toEqual([
      'https://example.com',
      'http://localhost:5173',
    ]);
    expect(parseOrigins('*')).toEqual(['*']);
  });

  test.each([
    'https://example.com/',
    'https://example.com/app',
    'example.com',
    'https://EXAMPLE.com',
    '',
    'null',
  ])('refuse %j, which would silently match nothing', (list) => {
    expect(() => parseOrigins(list)).toThrow(`"${list}"`);
  });
});

describe('the environment of the local platform', () => {
  test('may name a DynamoDB endpoint', () => {
    expect(localEnvironment({ AWS_ENDPOINT_URL_DYNAMODB: 'http://localhost:8000' })).toEqual({
      dynamodbEndpoint: 'http://localhost:8000',
    });
  });

  test.each([{}, { AWS_ENDPOINT_URL_DYNAMODB: '' }])('need not: %j', (environment) => {
    expect(localEnvironment(environment)).toEqual({ dynamodbEndpoint: undefined });
  });

  test.each(['localhost:8000', 'ftp://localhost', 'yes'])('is refused by a sentence for %j', (url) => {
    expect(() => localEnvironment({ AWS_ENDPOINT_URL_DYNAMODB: url })).toThrow(
      'AWS_ENDPOINT_URL_DYNAMODB has to be a URL',
    );
  });
});
