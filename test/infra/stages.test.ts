import { describe, expect, test } from 'vitest';
import {
  localEnvironment,
  parseOrigins,
  problemsOf,
  type StageConfig,
  stageConfig,
  stages,
} from '../../infra/stages.ts';

describe('a stage', () => {
  test.each(stages)('%s adds up', (stage) => {
    expect(problemsOf(stageConfig(stage))).toEqual([]);
    expect(stageConfig(stage).stage).toBe(stage);
  });

  test('that does not exist is refused by a sentence that names those that do', () => {
    expect(() => stageConfig('staging')).toThrow('There is no stage "staging": use local, dev, prod.');
    expect(() => stageConfig('toString')).toThrow('There is no stage');
  });

  test('alone in prod keeps its data', () => {
    expect(stages.filter((stage) => stageConfig(stage).keepData)).toEqual(['prod']);
  });

  const dev = stageConfig('dev');
  const sized = (name: keyof StageConfig['functions'], change: object): StageConfig => ({
    ...dev,
    functions: { ...dev.functions, [name]: { ...dev.functions[name], ...change } },
  });
  const mapped = (name: keyof StageConfig['mappings'], maximumConcurrency: number): StageConfig => ({
    ...dev,
    mappings: { ...dev.mappings, [name]: { maximumConcurrency } },
  });

  test.each<[string, StageConfig]>([
    ['worker: memory is', sized('worker', { memoryMegabytes: 64 })],
    ['sweeper: timeout is', sized('sweeper', { timeoutSeconds: 901 })],
    ['items: API Gateway gives up', sized('items', { timeoutSeconds: 30 })],
    ['worker: maximum concurrency is', mapped('worker', 1)],
    ['dead-letters: maximum concurrency is', mapped('dead-letters', 1_001)],
    ['worker: reserves less', sized('worker', { reservedConcurrency: 4 })],
    ['functions: at most 900', sized('items', { reservedConcurrency: 901 })],
    ['computations: a checkpoint', { ...dev, computations: { ...dev.computations, checkpointSeconds: 31 } }],
    ['computations: the maximum age', { ...dev, workQueue: { ...dev.workQueue, retentionDays: 1 } }],
    ['deadLetterQueue: SQS keeps', { ...dev, deadLetterQueue: { retentionDays: 15 } }],
    ['deadLetterQueue: a letter keeps', { ...dev, deadLetterQueue: { retentionDays: 4 } }],
  ])('is refused with one reason, "%s …"', (reason, config) => {
    expect(problemsOf(config)).toEqual([expect.stringContaining(reason)]);
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
