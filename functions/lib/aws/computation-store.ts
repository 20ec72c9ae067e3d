import {
  BatchGetItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import {
  type ActiveComputation,
  type Computation,
  type ComputationKey,
  type ComputationRef,
  isActive,
} from '../engine/computation.ts';
import type { AttemptEnd, ComputationStore, ConditionalResult } from '../engine/ports.ts';
import type { Node } from '../engine/tree.ts';
import { retryUnprocessed } from '../resilience/retry-unprocessed.ts';
import { type Attributes, attributes } from './attributes.ts';
import {
  checkpointFromItem,
  checkpointPk,
  computationPk,
  fromItem,
  nodeFromItem,
  nodePk,
  SHARDS,
  shardName,
  slotName,
  startAttributes,
  toItem,
  tokensOf,
} from './computation-record.ts';
import { conditionalWrite, IndeterminateWriteError } from './conditional-write.ts';

type Values = Record<string, unknown>;

/** `SET #a = :a, …` for the attributes that have a value. */
const assignments = (values: Values) =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `#${name} = :${name}`)
    .join(', ');

/** A placeholder for every name and value of an expression, so that no reserved word matters. */
const placeholders = (names: readonly string[], values: Values) => ({
  ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
  ExpressionAttributeValues: attributes(
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])),
  ),
});

const ACTIVE = '#status IN (:queued, :running)';
/** False for a write that the SDK repeats although it was applied. */
const isFirst = (token: 'cancelToken' | 'retryToken') =>
  `(attribute_not_exists(#${token}) OR #${token} <> :${token})`;

const activeValues = { queued: 'queued', running: 'running' };
/** The attributes that only an active computation has. */
const ACTIVE_ONLY = ['deadline', 'shard', 'visitAt', 'visitInterval', 'visitSeen', 'visitToken'];

/** Keys that one BatchGetItem may have. */
const MAX_KEYS = 100;

/** Computations in DynamoDB. `ComputationStore` says what each operation guarantees. */
export const dynamoComputationStore = (client: DynamoDBClient, table: string): ComputationStore => {
  /** A conditional update of a computation. It returns the new item, or the one on which the condition failed. */
  const update = (
    key: ComputationKey,
    change: {
      set: Values;
      remove?: readonly string[];
      when: string;
      names: readonly string[];
      values: Values;
    },
  ) =>
    conditionalWrite(
      client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: attributes({ pk: computationPk(key) }),
          UpdateExpression:
            `SET ${assignments(change.set)}` +
            (change.remove === undefined
              ? ''
              : ` REMOVE ${change.remove.map((name) => `#${name}`).join(', ')}`),
          ConditionExpression: change.when,
          ...placeholders(
            [...new Set([...Object.keys(change.set), ...(change.remove ?? []), ...change.names])],
            {
              ...change.set,
              ...change.values,
            },
          ),
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );

  /** Items by their keys. Keys that DynamoDB leaves unprocessed are requested again. */
  const batchGet = async (pks: readonly string[], consistent: boolean): Promise<Map<string, Values>> => {
    const found = new Map<string, Values>();
    const keys = [...new Set(pks)].map((pk) => attributes({ pk }));
    for (let first = 0; first < keys.length; first += MAX_KEYS) {
      await retryUnprocessed(keys.slice(first, first + MAX_KEYS), async (entries) => {
        const { Responses, UnprocessedKeys, $metadata } = await client.send(
          new BatchGetItemCommand({
            RequestItems: { [table]: { Keys: [...entries], ConsistentRead: consistent } },
          }),
        );
        for (const each of Responses?.[table] ?? []) {
          const item = unmarshall(each);
          found.set(String(item.pk), item);
        }
        return { unprocessed: UnprocessedKeys?.[table]?.Keys ?? [], attempts: $metadata.attempts };
      });
    }
    return found;
  };

  const get = async (pk: string): Promise<Values | undefined> => {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: attributes({ pk }), ConsistentRead: true }),
    );
    return Item && unmarshall(Item);
  };

  const asActive = (item: Values): ActiveComputation => {
    const computation = fromItem(item);
    if (!isActive(computation)) throw new Error(`${computation.id} should be active`);
    return computation;
  };

  const refusal = (item: Values | undefined): { refused: Computation | undefined } => ({
    refused: item === undefined ? undefined : fromItem(item),
  });

  /** Ends an active computation of this life. */
  const end = async (ref: ComputationRef, set: Values & AttemptEnd, condition = '', values: Values = {}) => {
    const outcome = await update(ref, {
      set,
      remove: ACTIVE_ONLY,
      when: `#epoch = :epoch AND ${ACTIVE}${condition}`,
      names: ['epoch', 'status', ...Object.keys(values)],
      values: { epoch: ref.epoch, ...activeValues, ...values },
    });
    return 'applied' in outcome;
  };

  return {
    async create(submission, start, total): Promise<ConditionalResult<Computation>> {
      const item = toItem(submission, start, total);
      const outcome = await conditionalWrite(
        client.send(
          new PutItemCommand({
            TableName: table,
            Item: attributes(item),
            ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
            ExpressionAttributeValues: attributes({ ':now': submission.createdAt / 1_000 }),
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      );
      if ('applied' in outcome) return { applied: asActive({ ...item }) };
      const { refused } = refusal(outcome.refused);
      // Nobody else has this epoch, so the SDK's retry has met its own first attempt.
      return refused?.epoch === submission.epoch ? { applied: refused } : { refused };
    },

    async read(key) {
      const item = await get(computationPk(key));
      return item === undefined ? undefined : fromItem(item);
    },

    async readMany(keys) {
      return [...(await batchGet(keys.map(computationPk), true)).values()].map(fromItem);
    },

    async start(ref, attempt, startedAt) {
      await update(ref, {
        set: { status: 'running', startedAt },
        when: '#epoch = :epoch AND #attempt = :attempt AND #status = :queued',
        names: ['epoch', 'attempt'],
        values: { epoch: ref.epoch, attempt, queued: 'queued' },
      });
    },

    succeed: (ref, result, total, times) =>
      end(ref, { status: 'succeeded', result: JSON.stringify(result), total, ...times }),

    fail: (ref, attempt, error, times) =>
      end(ref, { status: 'failed', error, ...times }, ' AND #attempt = :attempt', { attempt }),

    async cancel(key, token, times) {
      const outcome = await update(key, {
        set: { status: 'cancelled', cancelToken: token, ...times },
        remove: ACTIVE_ONLY,
        when: `${ACTIVE} AND ${isFirst('cancelToken')}`,
        names: ['status'],
        values: activeValues,
      });
      if ('applied' in outcome) return { applied: fromItem(outcome.applied ?? {}) };
      const { refused } = refusal(outcome.refused);
      const isOwn = refused !== undefined && tokensOf(outcome.refused).cancelToken === token;
      return isOwn ? { applied: refused } : { refused };
    },

    async retry(key, token, now, start) {
      const outcome = await conditionalWrite(
        client.send(
          new UpdateItemCommand({
            TableName: table,
            Key: attributes({ pk: computationPk(key) }),
            UpdateExpression: `SET ${assignments({ status: 1, retryToken: 1, ...startAttributes(key, start) })} REMOVE startedAt, finishedAt, expiresAt, #error ADD attempt :one`,
            ConditionExpression: `#status IN (:failed, :cancelled) AND expiresAt > :now AND ${isFirst('retryToken')}`,
            ...placeholders([...Object.keys(startAttributes(key, start)), 'status', 'retryToken', 'error'], {
              status: 'queued',
              retryToken: token,
              ...startAttributes(key, start),
              failed: 'failed',
              cancelled: 'cancelled',
              now: now / 1_000,
              one: 1,
            }),
            ReturnValues: 'ALL_NEW',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      );
      if ('applied' in outcome) return { applied: asActive(outcome.applied ?? {}) };
      const { refused } = refusal(outcome.refused);
      const isOwn = refused !== undefined && tokensOf(outcome.refused).retryToken === token;
      return isOwn ? { applied: refused } : { refused };
    },

    async remove(key, now): Promise<ConditionalResult<true>> {
      const outcome = await conditionalWrite(
        client.send(
          new DeleteItemCommand({
            TableName: table,
            Key: attributes({ pk: computationPk(key) }),
            ConditionExpression: 'attribute_exists(pk) AND expiresAt > :now',
            ExpressionAttributeValues: attributes({ ':now': now / 1_000 }),
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      );
      if ('applied' in outcome) return { applied: true };
      if (outcome.refused === undefined && outcome.attempts > 1) throw new IndeterminateWriteError();
      return refusal(outcome.refused);
    },

    async list(tenant, after, limit) {
      const output = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'list',
          KeyConditionExpression: `tenant = :tenant${after === undefined ? '' : ' AND listKey < :after'}`,
          ExpressionAttributeValues: attributes({ ':tenant': tenant, ':after': after }),
          ScanIndexForward: false,
          Limit: limit,
        }),
      );
      const keys = (output.Items ?? []).map((item) => {
        const position = String(unmarshall(item).listKey);
        return { position, id: position.slice(position.indexOf('#') + 1) };
      });
      return { keys, next: output.LastEvaluatedKey === undefined ? undefined : keys.at(-1)?.position };
    },

    async *listDue(until) {
      for (let shard = 0; shard < SHARDS; shard += 1) {
        let from: Attributes | undefined;
        do {
          const output = await client.send(
            new QueryCommand({
              TableName: table,
              IndexName: 'active',
              KeyConditionExpression: '#shard = :shard AND #visitAt <= :until',
              ...placeholders(['shard', 'visitAt'], { shard: shardName(shard), until }),
              ExclusiveStartKey: from,
            }),
          );
          for (const item of output.Items ?? []) {
            const [, tenant = '', id = ''] = String(unmarshall(item).pk).split('#');
            yield { tenant, id };
          }
          from = output.LastEvaluatedKey;
        } while (from !== undefined);
      }
    },

    async rescheduleVisit(ref, seenAt, next, token) {
      const outcome = await update(ref, {
        set: {
          visitAt: next.at,
          visitInterval: next.intervalMs,
          visitSeen: next.lastDone,
          visitToken: token,
        },
        when: `#epoch = :epoch AND ${ACTIVE} AND #visitAt = :seenAt`,
        names: ['epoch', 'status'],
        values: { epoch: ref.epoch, ...activeValues, seenAt },
      });
      return 'applied' in outcome || tokensOf(outcome.refused).visitToken === token;
    },

    async readEventual(ref, nodes, { computation }) {
      const pks = nodes.map((node) => nodePk(ref, node));
      const found = await batchGet(computation ? [computationPk(ref), ...pks] : pks, false);
      const item = found.get(computationPk(ref));
      return {
        computation: item === undefined ? undefined : fromItem(item),
        nodes: pks.map((pk) => nodeFromItem(found.get(pk))),
      };
    },

    async readNodes(ref, nodes) {
      const pks = nodes.map((node) => nodePk(ref, node));
      const found = await batchGet(pks, true);
      return pks.map((pk) => nodeFromItem(found.get(pk)));
    },

    async fillSlot(ref, node: Node, slot, value, expiresAt) {
      const outcome = await conditionalWrite(
        client.send(
          new UpdateItemCommand({
            TableName: table,
            Key: attributes({ pk: nodePk(ref, node) }),
            UpdateExpression: 'SET #slot = :value, expiresAt = :expiresAt',
            ConditionExpression: 'attribute_not_exists(#slot)',
            ExpressionAttributeNames: { '#slot': slotName(slot) },
            ExpressionAttributeValues: attributes({ ':value': value, ':expiresAt': expiresAt }),
            ReturnValues: 'ALL_NEW',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      );
      return nodeFromItem('applied' in outcome ? outcome.applied : outcome.refused);
    },

    async readCheckpoint(ref) {
      const item = await get(checkpointPk(ref));
      return item === undefined ? undefined : checkpointFromItem(item);
    },

    async writeCheckpoint(ref, next, token, expiresAt) {
      const checkpoint = { ...next, token, expiresAt };
      const outcome = await conditionalWrite(
        client.send(
          new UpdateItemCommand({
            TableName: table,
            Key: attributes({ pk: checkpointPk(ref) }),
            UpdateExpression: `SET ${assignments(checkpoint)}`,
            ConditionExpression: next.from === 0 ? 'attribute_not_exists(#step)' : '#step = :from',
            ...placeholders(Object.keys(checkpoint), checkpoint),
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      );
      return 'applied' in outcome || outcome.refused?.token === token;
    },
  };
};
