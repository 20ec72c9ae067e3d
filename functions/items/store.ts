import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { attributes } from '../lib/aws/attributes.ts';
import { digestInteger } from '../lib/http/digest.ts';
import type { Clock, Random } from '../lib/ports.ts';
import { conditionOf, EXISTS, IS_NEW, namesIn, type Preconditions } from './condition.ts';
import type { FieldChanges, FieldValues } from './fields.ts';
import type { ItemRecord } from './record.ts';
import { type Fate, settle, type Write } from './write.ts';

/** The digests of an idempotency key and of the payload that it came with. */
export interface IdempotencyDigests {
  readonly key: string;
  readonly payload: string;
}

/** - `exists`: the id is another item's. - `key-reused`: the key made an item of another payload. */
export type Created =
  | { readonly kind: 'created'; readonly record: ItemRecord }
  | { readonly kind: 'exists' | 'key-reused' };

/** - `missing`: there is no such item. - `mismatch`: a precondition failed. */
export type Refused = { readonly kind: 'missing' | 'mismatch' };

/** The item as it is now. */
export interface Written {
  readonly kind: 'written';
  readonly record: ItemRecord;
  /** Whether there was none before. */
  readonly created: boolean;
}

export interface ItemPage {
  readonly records: readonly ItemRecord[];
  /** The id to go on after, where there is more. */
  readonly next: number | undefined;
}

/** So many taken ids in a row are no chance. */
const MAX_IDS = 5;

/**
 * Items in DynamoDB. Every operation is one request, as long as the network holds and no id is taken: a write
 * reads nothing first, its condition decides, and the item that makes it fail comes back with the failure.
 */
export const itemStore = (
  client: DynamoDBClient,
  table: string,
  {
    fieldNames,
    clock,
    random,
  }: { readonly fieldNames: readonly string[]; readonly clock: Clock; readonly random: Random },
) => {
  const begin = () => ({
    /** 128 random bits, never used again: no two representations ever share an entity tag. */
    token: Buffer.from(random.bytes(16)).toString('base64url'),
    startedAt: new Date(clock.now()).toISOString(),
  });

  const randomId = (): number => Number(Buffer.from(random.bytes(8)).readBigUInt64BE() >> 11n);

  /** A strongly consistent read. */
  const read = async (tenant: string, id: number): Promise<ItemRecord | undefined> => {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: attributes({ tenant, id }), ConsistentRead: true }),
    );
    return Item && (unmarshall(Item) as ItemRecord);
  };

  /** A page in the order of the ids; DynamoDB ends one early at a megabyte. */
  const list = async (
    tenant: string,
    { after = -1, limit }: { readonly after?: number | undefined; readonly limit: number },
  ): Promise<ItemPage> => {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: '#tenant = :tenant AND #id > :after',
        ExpressionAttributeNames: { '#tenant': 'tenant', '#id': 'id' },
        ExpressionAttributeValues: attributes({ ':tenant': tenant, ':after': after }),
        ConsistentRead: true,
        // One more tells whether there is a next page, so that none is ever empty.
        Limit: limit + 1,
      }),
    );
    const records = Items.slice(0, limit).map((item) => unmarshall(item) as ItemRecord);
    const more = Items.length > limit || LastEvaluatedKey !== undefined;
    return { records, next: more ? records.at(-1)?.id : undefined };
  };

  /**
   * Creates an item under the given id, or else under one that the key determines, or else under a random one. An
   * item that this key made before is the answer again, as it is by now.
   */
  const create = async (
    tenant: string,
    { id: chosen, ...values }: FieldValues & { readonly id?: number | undefined },
    digests?: IdempotencyDigests,
  ): Promise<Created> => {
    for (let n = 0; n < MAX_IDS; n++) {
      const id = chosen ?? (digests ? digestInteger('item', tenant, digests.key, String(n)) : randomId());
      const write = begin();
      const record: ItemRecord = {
        tenant,
        id,
        ...values,
        createdAt: write.startedAt,
        updatedAt: write.startedAt,
        _etag: write.token,
        _birth: write.token,
        ...(digests && { _key: digests.key, _payload: digests.payload }),
      };
      const command = (again: boolean) =>
        new PutItemCommand({
          TableName: table,
          Item: attributes(record),
          ...(again ? ifNewAgain(write) : IF_NEW),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        });
      const fate = await settle(client, { ...write, command });
      if (fate.kind === 'applied') return { kind: 'created', record };
      const { found } = fate;
      if (digests && found?._key === digests.key) {
        return found._payload === digests.payload
          ? { kind: 'created', record: found }
          : { kind: 'key-reused' };
      }
      if (chosen !== undefined) break;
    }
    return { kind: 'exists' };
  };

  /**
   * Sets and (null) removes fields of an item. What is there stays otherwise, and what is not there is created,
   * unless a condition says no.
   */
  const update = async (
    tenant: string,
    id: number,
    changes: FieldChanges,
    preconditions: Preconditions,
    ...conditions: readonly string[]
  ): Promise<Written | Extract<Fate, { kind: 'refused' }>> => {
    const write = begin();
    const names = Object.keys(changes);
    const removed = names.filter((name) => changes[name] === null);
    const set = names.filter((name) => changes[name] !== null);
    const assignments = [
      '#_etag = :token',
      '#_birth = if_not_exists(#_birth, :token)',
      '#createdAt = if_not_exists(#createdAt, :now)',
      '#updatedAt = :now',
      ...set.map((name) => `#${name} = :field_${name}`),
    ];
    const removal = removed.length > 0 ? ` REMOVE ${removed.map((name) => `#${name}`).join(', ')}` : '';
    const expression = `SET ${assignments.join(', ')}${removal}`;

    const command = (again: boolean) => {
      const { clauses, values } = conditionOf(preconditions, write, again);
      const condition = [...conditions, ...clauses].join(' AND ');
      return new UpdateItemCommand({
        TableName: table,
        Key: attributes({ tenant, id }),
        UpdateExpression: expression,
        ...(condition && { ConditionExpression: condition }),
        ExpressionAttributeNames: namesIn(expression, condition),
        ExpressionAttributeValues: attributes({
          ...values,
          ':token': write.token,
          ':now': write.startedAt,
          ...Object.fromEntries(set.map((name) => [`:field_${name}`, changes[name]])),
        }),
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
    };
    const fate = await settle(client, { ...write, command });
    if (fate.kind === 'refused') return fate;
    if (fate.record === undefined) throw new Error('An update returned no item');
    const created = fate.record._birth === write.token;
    // The answer was lost, and others have changed since what this write created: they have their own answers.
    const isOwn = !created || fate.record._etag === write.token;
    return { kind: 'written', record: isOwn ? fate.record : asCreated(tenant, id, changes, write), created };
  };

  /** Creates or replaces an item: a field that is not given goes. */
  const replace = async (
    tenant: string,
    id: number,
    values: FieldValues,
    preconditions: Preconditions,
  ): Promise<Written | { readonly kind: 'mismatch' }> => {
    const absent = Object.fromEntries(fieldNames.map((name) => [name, null]));
    const written = await update(tenant, id, { ...absent, ...values }, preconditions);
    return written.kind === 'refused' ? { kind: 'mismatch' } : written;
  };

  /** Changes an item that is there: a field that is not given stays, one that is null goes. */
  const patch = async (
    tenant: string,
    id: number,
    changes: FieldChanges,
    preconditions: Preconditions,
  ): Promise<Written | Refused> => {
    const written = await update(tenant, id, changes, preconditions, EXISTS);
    return written.kind === 'refused' ? refusal(written.found) : written;
  };

  /** Deletes an item that is there. */
  const remove = async (
    tenant: string,
    id: number,
    preconditions: Preconditions,
  ): Promise<{ readonly kind: 'deleted' } | Refused> => {
    const write = begin();
    const command = (again: boolean) => {
      const { clauses, values } = conditionOf(preconditions, write, again);
      return new DeleteItemCommand({
        TableName: table,
        Key: attributes({ tenant, id }),
        ...onlyIf([EXISTS, ...clauses], values),
        ReturnValues: 'ALL_OLD',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
    };
    const fate = await settle(client, { ...write, command });
    return fate.kind === 'refused' ? refusal(fate.found) : { kind: 'deleted' };
  };

  return { read, list, create, replace, patch, remove };
};

/** What makes a command that only has a condition depend on it. */
const onlyIf = (clauses: readonly string[], values: Readonly<Record<string, string>> = {}) => {
  const condition = clauses.join(' AND ');
  return {
    ConditionExpression: condition,
    ExpressionAttributeNames: namesIn(condition),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: attributes(values) }),
  };
};

const IF_NEW = onlyIf([IS_NEW]);

const ifNewAgain = (write: Pick<Write, 'token' | 'startedAt'>) => {
  const { clauses, values } = conditionOf({ ifNoneMatch: { kind: 'any' } }, write, true);
  return onlyIf(clauses, values);
};

/** What a write makes where nothing was: the fields that it sets, and no other. */
const asCreated = (
  tenant: string,
  id: number,
  changes: FieldChanges,
  { token, startedAt }: Pick<Write, 'token' | 'startedAt'>,
): ItemRecord => ({
  tenant,
  id,
  ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== null)),
  createdAt: startedAt,
  updatedAt: startedAt,
  _etag: token,
  _birth: token,
});

const refusal = (found: ItemRecord | undefined): Refused => ({ kind: found ? 'mismatch' : 'missing' });
