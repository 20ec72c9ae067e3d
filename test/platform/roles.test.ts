import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { dynamoDbCalls, sqsCalls } from '../../infra/local/aws-calls.ts';
import type { Platform } from '../../infra/local/platform.ts';
import { lambda, mapping, queue, type Resources, role, run } from './stacks.ts';

const handler = 'export const handler = async () => { console.log("here"); };';
const table = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'other', AttributeType: 'S' },
    ],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'other',
        KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  },
};
const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const allow = (Action: string | string[], Resource: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});

/** A stack with the function Reader, whose role has these statements. */
const stackOf = (...statements: readonly object[]): Resources => ({
  Reader: lambda(handler, { Role: arn('ReaderRole') }),
  ReaderRole: role(...statements),
  Table: table,
  Other: table,
  Work: queue(),
});

/** The clients of somebody with this access key. */
const clientsOf = ({ endpoints, region }: Platform, accessKeyId = 'LOCALREADER') => {
  const credentials = { accessKeyId, secretAccessKey: 'local' };
  const dynamodb = new DynamoDBClient({ endpoint: endpoints.dynamodb, region, credentials });
  const sqs = new SQSClient({ endpoint: endpoints.sqs, region, credentials });
  onTestFinished(() => {
    dynamodb.destroy();
    sqs.destroy();
  });
  return { dynamodb, sqs };
};

const get = (TableName: string) => new GetItemCommand({ TableName, Key: { pk: { S: 'a' } } });
const queryIndex = new QueryCommand({
  TableName: 'Test-Table',
  IndexName: 'other',
  KeyConditionExpression: 'other = :o',
  ExpressionAttributeValues: { ':o': { S: 'x' } },
});

describe('a function', () => {
  test('may do what its role allows, and is told in AWS’s words what it may not', async () => {
    const platform = await run(stackOf(allow('dynamodb:GetItem', arn('Table'))));
    const { dynamodb } = clientsOf(platform);

    expect((await dynamodb.send(get('Test-Table'))).$metadata.httpStatusCode).toBe(200);
    await expect(dynamodb.send(get('Test-Other'))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        'User: arn:aws:sts::000000000000:assumed-role/Test-ReaderRole/Test-Reader is not authorized to perform: ' +
        'dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/Test-Other because no ' +
        'identity-based policy allows the dynamodb:GetItem action',
      $fault: 'client',
      $metadata: { httpStatusCode: 400 },
    });
    await expect(dynamodb.send(queryIndex)).rejects.toThrow('table/Test-Table/index/other');
    // The connection that was refused something is still good.
    expect((await dynamodb.send(get('Test-Table'))).$metadata.httpStatusCode).toBe(200);
  });

  test('needs the permission for each table of a batch and each action of a transaction', async () => {
    const platform = await run(stackOf(allow(['dynamodb:BatchGetItem', 'dynamodb:PutItem'], arn('Table'))));
    const { dynamodb } = clientsOf(platform);
    const Keys = [{ pk: { S: 'a' } }];
    const both = { 'Test-Table': { Keys }, 'Test-Other': { Keys } };

    await dynamodb.send(new BatchGetItemCommand({ RequestItems: { 'Test-Table': { Keys } } }));
    await expect(dynamodb.send(new BatchGetItemCommand({ RequestItems: both }))).rejects.toThrow(
      'Test-Other',
    );
    await expect(
      dynamodb.send(
        new TransactWriteItemsCommand({
          TransactItems: [
            { Put: { TableName: 'Test-Table', Item: { pk: { S: 'a' } } } },
            { Delete: { TableName: 'Test-Table', Key: { pk: { S: 'b' } } } },
          ],
        }),
      ),
    ).rejects.toThrow('dynamodb:DeleteItem');
  });

  test('sends a batch of messages with the permission to send one', async () => {
    const platform = await run(stackOf(allow('sqs:SendMessage', arn('Work'))));
    const { sqs } = clientsOf(platform);
    const QueueUrl = platform.queues[0]?.url;
    const Entries = [{ Id: '1', MessageBody: 'a' }];

    expect((await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).Successful).toHaveLength(1);
  });

  test('is refused by a queue as by AWS', async () => {
    const platform = await run(stackOf(allow('sqs:SendMessage', arn('Table'))));
    const { sqs } = clientsOf(platform);
    const QueueUrl = platform.queues[0]?.url;

    await expect(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }))).rejects.toMatchObject({
      name: expect.stringMatching(/^AccessDenied/),
      $metadata: { httpStatusCode: 403 },
    });
    expect(await platform.queues[0]?.depth()).toMatchObject({ ready: 0 });
  });

  test('may not do what a statement denies, whatever another allows', async () => {
    const deny = { Effect: 'Deny', Action: 'dynamodb:Get*', Resource: arn('Other') };
    const { dynamodb } = clientsOf(await run(stackOf(allow('*', '*'), deny)));

    expect((await dynamodb.send(get('Test-Table'))).$metadata.httpStatusCode).toBe(200);
    await expect(dynamodb.send(get('Test-Other'))).rejects.toThrow('not authorized');
  });

  test.each([
    [{ StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }, true],
    [{ StringEquals: { 'aws:RequestedRegion': ['eu-west-1', 'us-west-2'] } }, false],
    [{ StringNotEquals: { 'aws:RequestedRegion': 'us-east-1' } }, false],
    [{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/Test-*' } }, true],
    [{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/Other-*' } }, false],
    [{ Bool: { 'aws:SecureTransport': 'true' } }, true],
    [{ Bool: { 'aws:SecureTransport': 'false' } }, false],
  ])('is held to the condition %j', async (Condition, may) => {
    const platform = await run(stackOf(allow('dynamodb:GetItem', arn('Table'), { Condition })));
    const { dynamodb } = clientsOf(platform);

    const outcome = await dynamodb.send(get('Test-Table')).then(
      () => true,
      () => false,
    );
    expect(outcome).toBe(may);
  });

  test('leaves no line that its role does not let it write', async () => {
    const platform = await run(stackOf());

    await platform.invoke('Reader', {});

    expect(platform.logs).toEqual([]);
  });

  test('has permissions, of which one knows whether they were needed', async () => {
    const platform = await run(stackOf(allow(['dynamodb:GetItem', 'dynamodb:Query'], arn('Table'))));
    const { dynamodb } = clientsOf(platform);

    await dynamodb.send(get('Test-Table'));

    expect(platform.permissions.map(({ action, needed }) => [action, needed])).toEqual([
      ['dynamodb:GetItem', true],
      ['dynamodb:Query', false],
    ]);
  });
});

test('the owner of the account may do everything', async () => {
  const platform = await run(stackOf());
  const { dynamodb, sqs } = clientsOf(platform, 'ANYBODY');

  await dynamodb.send(get('Test-Table'));
  await sqs.send(new SendMessageCommand({ QueueUrl: platform.queues[0]?.url, MessageBody: 'a' }));
});

describe('what cannot be held to is refused at the start', () => {
  const reading = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

  test.each(reading)('a mapping whose function lacks %s, as Lambda refuses it', async (missing) => {
    const others = reading.filter((action) => action !== missing);
    const stack = { ...stackOf(allow(others, arn('Work'))), Mapping: mapping('Work', 'Reader') };
    await expect(run(stack)).rejects.toThrow(`Reader cannot be fed from Work: User: arn:aws:sts::`);
    await expect(run(stack)).rejects.toThrow(missing);
  });

  test.each([
    ['a condition', allow('*', '*', { Condition: { DateLessThan: { 'aws:CurrentTime': 'x' } } })],
    ['a key of a condition', allow('*', '*', { Condition: { StringEquals: { 'aws:SourceIp': 'x' } } })],
    ['a statement by exclusion', { Effect: 'Allow', NotAction: 's3:*', Resource: '*' }],
  ])('%s that it does not know', async (_, statement) => {
    await expect(run(stackOf(statement))).rejects.toThrow(/^ReaderRole\.Policies\.0/);
  });

  test('a managed policy, whose statements are not in the template', async () => {
    const stack = stackOf();
    Object.assign(stack.ReaderRole?.Properties ?? {}, { ManagedPolicyArns: ['arn:aws:iam::aws:policy/x'] });
    await expect(run(stack)).rejects.toThrow('does not understand ManagedPolicyArns');
  });

  test('a role of somebody else', async () => {
    const stack = { ...stackOf(), Reader: lambda(handler, { Role: 'arn:aws:iam::1:role/other' }) };
    await expect(run(stack)).rejects.toThrow(
      'Reader.Role: arn:aws:iam::1:role/other is no role of this stack.',
    );
  });
});

describe('a request', () => {
  const place = { stackName: 'Test', region: 'us-east-1', accountId: '000000000000' };

  test('to DynamoDB without a table is for everything', () => {
    expect(dynamoDbCalls('ListTables', {}, place)).toEqual([
      { action: 'dynamodb:ListTables', resource: '*' },
    ]);
    expect(dynamoDbCalls('PutItem', undefined, place)).toEqual([
      { action: 'dynamodb:PutItem', resource: '*' },
    ]);
  });

  test('to SQS names its queue by URL or by name', () => {
    const work = 'arn:aws:sqs:us-east-1:000000000000:work';
    expect(sqsCalls('PurgeQueue', { QueueUrl: 'http://localhost/000000000000/work' }, place)).toEqual([
      { action: 'sqs:PurgeQueue', resource: work },
    ]);
    expect(sqsCalls('DeleteMessageBatch', { QueueName: 'work' }, place)).toEqual([
      { action: 'sqs:DeleteMessage', resource: work },
    ]);
    expect(sqsCalls('ListQueues', {}, place)).toEqual([{ action: 'sqs:ListQueues', resource: '*' }]);
  });
});
