import { expect, test } from 'vitest';
import { succeeded } from '../../infra/local/queue/batch-response.ts';

const batch = ['a', 'b', 'c'].map((MessageId) => ({ MessageId }));

test.each([
  ['null', ['a', 'b', 'c']],
  ['{}', ['a', 'b', 'c']],
  ['{"batchItemFailures":null}', ['a', 'b', 'c']],
  ['{"batchItemFailures":[]}', ['a', 'b', 'c']],
  ['{"batchItemFailures":[{"itemIdentifier":"b"}]}', ['a', 'c']],
  ['{"batchItemFailures":[{"itemIdentifier":"c"},{"itemIdentifier":"a"},{"itemIdentifier":"c"}]}', ['b']],
  ['{"batchItemFailures":[{"itemIdentifier":""}]}', []],
  ['{"batchItemFailures":[{"itemIdentifier":null}]}', []],
  ['{"batchItemFailures":[{"messageId":"b"}]}', []],
  ['{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"made up"}]}', []],
  ['{"batchItemFailures":"b"}', []],
  ['"all fine"', []],
])('the answer %s to a batch of a, b and c means that %j succeeded', (answer, expected) => {
  expect(succeeded(batch, answer).map(({ MessageId }) => MessageId)).toEqual(expected);
});
