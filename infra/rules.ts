import { Annotations, Aspects, type IAspect, Stack } from 'aws-cdk-lib';
import { CfnApi, CfnAuthorizer, CfnRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnAlias, CfnEventSourceMapping, CfnFunction, CfnPermission, CfnUrl } from 'aws-cdk-lib/aws-lambda';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnTopicPolicy } from 'aws-cdk-lib/aws-sns';
import { CfnQueue, CfnQueuePolicy } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';

export interface RulesOptions {
  /** Whether the stage has alarms at all. */
  readonly alarms: boolean;
  /** Routes that need no token, as `GET /health`. */
  readonly publicRoutes: ReadonlySet<string>;
}

type Kind<T> = abstract new (...parameters: never[]) => T;

/** What a rule may ask of the stack around a resource. */
interface Surroundings extends RulesOptions {
  /** Every resource of a kind. */
  all<T extends IConstruct>(kind: Kind<T>): T[];
  /** A property as the template will say it. */
  resolve(value: unknown): unknown;
  /** Whether a property mentions a resource by its logical id. */
  mentions(value: unknown, resource: CfnQueue | CfnFunction | CfnLogGroup | CfnAlias): boolean;
}

/** Problems of one kind of resource: sentences without an end. */
interface Rule {
  check(node: IConstruct, around: Surroundings): readonly string[];
}

const rule = <T extends IConstruct>(
  kind: Kind<T>,
  problems: (resource: T, around: Surroundings) => readonly (string | false)[],
): Rule => ({
  check: (node, around) =>
    node instanceof kind ? problems(node, around).filter((problem) => problem !== false) : [],
});

const watches = (
  resource: CfnFunction | CfnQueue,
  { all, mentions }: Surroundings,
  isRight: (alarm: CfnAlarm) => boolean = () => true,
): boolean =>
  all(CfnAlarm).some((alarm) => isRight(alarm) && mentions([alarm.dimensions, alarm.metrics], resource));

/** The function behind a mapping, which names it or its alias. */
const targetOf = (
  mapping: CfnEventSourceMapping,
  { all, mentions }: Surroundings,
): CfnFunction | undefined => {
  const alias = all(CfnAlias).find((each) => mentions(mapping.functionName, each));
  return all(CfnFunction).find((each) => mentions(alias?.functionName ?? mapping.functionName, each));
};

/** Whether a policy lets everybody in the world do something. */
const letsEverybody = (document: unknown): boolean => {
  const { Statement = [] } = document as { Statement?: { Effect: string; Principal?: unknown }[] };
  return Statement.some(
    ({ Effect, Principal }) =>
      Effect === 'Allow' && /^("\*"|\{"AWS":"\*"\})$/.test(JSON.stringify(Principal)),
  );
};

const rules: readonly Rule[] = [
  rule(CfnFunction, (each, around) => [
    around.alarms && !watches(each, around) && 'a function needs an alarm',
    !around
      .all(CfnLogGroup)
      .some(
        (group) =>
          around.mentions(each.loggingConfig, group) && around.resolve(group.retentionInDays) !== undefined,
      ) && 'a function needs a log group that forgets after some days',
  ]),

  rule(CfnEventSourceMapping, (each, around) => {
    const { resolve } = around;
    const scaling = resolve(each.scalingConfig) as { maximumConcurrency?: number } | undefined;
    const queue = around.all(CfnQueue).find((one) => around.mentions(each.eventSourceArn, one));
    const visibility = Number(resolve(queue?.visibilityTimeout) ?? 30);
    const timeout = Number(resolve(targetOf(each, around)?.timeout) ?? 3);
    return [
      scaling?.maximumConcurrency === undefined && 'an event source mapping needs a maximum concurrency',
      !JSON.stringify(resolve(each.functionResponseTypes) ?? []).includes('ReportBatchItemFailures') &&
        'an event source mapping needs partial batch responses, or one bad message fails its whole batch',
      visibility < 6 * timeout &&
        `its queue hides a message for ${visibility} s, which is less than six times the ${timeout} s of its function`,
    ];
  }),

  rule(CfnQueue, (each, around) => {
    const isDeadLetterQueue = around.all(CfnQueue).some((one) => around.mentions(one.redrivePolicy, each));
    if (!isDeadLetterQueue) return [each.redrivePolicy === undefined && 'a queue needs a dead-letter queue'];
    return [around.alarms && !watches(each, around) && 'a dead-letter queue needs an alarm'];
  }),

  rule(CfnRoute, ({ authorizationType, routeKey }, { all, publicRoutes }) => [
    all(CfnAuthorizer).length > 0 &&
      (authorizationType ?? 'NONE') === 'NONE' &&
      !publicRoutes.has(routeKey) &&
      `the route ${routeKey} needs an authorizer, for its operation has a scope`,
  ]),
  rule(CfnApi, (_, { all }) => [all(CfnAuthorizer).length === 0 && 'an API needs an authorizer']),
  rule(CfnUrl, () => ['a function is reached through the API, never by a URL of its own']),
  rule(CfnPermission, ({ principal }) => [principal === '*' && 'everybody may invoke a function']),
  ...[CfnQueuePolicy, CfnTopicPolicy].map((kind) =>
    rule<CfnQueuePolicy | CfnTopicPolicy>(kind, ({ policyDocument }, { resolve }) => [
      letsEverybody(resolve(policyDocument)) && 'a policy lets everybody in the world in',
    ]),
  ),
];

const findAll = <T extends IConstruct>(stack: Stack, kind: Kind<T>): T[] =>
  stack.node.findAll().filter((each): each is IConstruct & T => each instanceof kind);

/** Fails the synthesis of a stack that breaks a rule, with the resource and the reason. */
class Rules implements IAspect {
  readonly #options: RulesOptions;

  constructor(options: RulesOptions) {
    this.#options = options;
  }

  visit(node: IConstruct): void {
    const stack = Stack.of(node);
    const resolve = (value: unknown) => stack.resolve(value);
    const around: Surroundings = {
      ...this.#options,
      resolve,
      all: (kind) => findAll(stack, kind),
      mentions: (value, { logicalId }) =>
        JSON.stringify(resolve(value) ?? null).includes(`"${stack.resolve(logicalId)}"`),
    };
    for (const { check } of rules) {
      for (const problem of check(node, around)) {
        Annotations.of(node).addError(`${node.node.path}: ${problem}.`);
      }
    }
  }
}

/** Holds a stack to the rules of this suite from now on, whatever is added to it. */
export const holdToRules = (stack: Stack, options: RulesOptions): void =>
  Aspects.of(stack).add(new Rules(options));
