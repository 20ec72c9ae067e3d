import type { Account } from '../cloudformation/template.ts';
import type { Call } from './policy.ts';

type Body = Readonly<Record<string, unknown>>;

const isBody = (value: unknown): value is Body => typeof value === 'object' && value !== null;

/** What IAM is asked about a request to DynamoDB: an action for each table that it reads or writes. */
export const dynamoDbCalls = (operation: string, body: unknown, { region, accountId }: Account): Call[] => {
  const input = isBody(body) ? body : {};
  const tableArn = (table: unknown) =>
    String(table).startsWith('arn:')
      ? String(table)
      : `arn:aws:dynamodb:${region}:${accountId}:table/${table}`;
  const call = (action: string, table: unknown, index?: unknown): Call => ({
    action: `dynamodb:${action}`,
    resource: index === undefined ? tableArn(table) : `${tableArn(table)}/index/${index}`,
  });

  if (isBody(input.RequestItems))
    return Object.keys(input.RequestItems).map((table) => call(operation, table));
  if (Array.isArray(input.TransactItems))
    return input.TransactItems.filter(isBody).flatMap((item) =>
      Object.entries(item).map(([kind, part]) =>
        call(
          kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`,
          isBody(part) && part.TableName,
        ),
      ),
    );
  if (input.TableName !== undefined) return [call(operation, input.TableName, input.IndexName)];
  return [{ action: `dynamodb:${operation}`, resource: '*' }];
};

/** What IAM is asked about a request to SQS: a batch is its single action. */
export const sqsCalls = (operation: string, body: unknown, { region, accountId }: Account): Call[] => {
  const input = isBody(body) ? body : {};
  const name = input.QueueName ?? (input.QueueUrl && String(input.QueueUrl).split('/').at(-1));
  return [
    {
      action: `sqs:${operation.replace(/Batch$/, '')}`,
      resource: name === undefined ? '*' : `arn:aws:sqs:${region}:${accountId}:${name}`,
    },
  ];
};
