import { CfnOutput, DefaultStackSynthesizer, type IStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { Api } from './api.ts';
import { MachineIdentity } from './auth.ts';
import type { Assets, FunctionName } from './bundle/build.ts';
import { Dashboards, type DashboardsProps } from './dashboards.ts';
import { Data } from './data.ts';
import { Deployments } from './deployments.ts';
import { Functions } from './functions.ts';
import type { IdentityOptions } from './identity.ts';
import { publicRoutes } from './operations.ts';
import { Queues } from './queues.ts';
import { holdToRules } from './rules.ts';
import type { AlarmThresholds, StageConfig } from './stages.ts';
import { Triggers } from './triggers.ts';

export interface SpillwayStackProps {
  readonly config: StageConfig;
  readonly assets: Assets;
  readonly origins: readonly string[];
  readonly identity: IdentityOptions;
  readonly ignoreAlarms: boolean;
}

/** Everything of one stage. It knows no account and no region, so it deploys to any and synthesizes without one. */
export class SpillwayStack extends Stack {
  constructor(scope: Construct, id: string, props: SpillwayStackProps) {
    const { config, assets, origins, identity } = props;
    super(scope, id, {
      description: 'Spillway: an items API, and heavy computations that fan out over SQS',
      terminationProtection: config.keepData,
      tags: { application: 'spillway', stage: config.stage },
      synthesizer: synthesizer(),
    });

    holdToRules(this, { alarms: config.alarms !== undefined, publicRoutes });

    const data = new Data(this, 'Data', config);
    const queues = new Queues(this, 'Queues', config);
    const functions = new Functions(this, 'Functions', {
      config,
      assets,
      data,
      queues,
      tenantClaim: identity.tenantClaim,
    });
    const provider = identity.provider ?? new MachineIdentity(this, 'Identity', { config });
    const api = new Api(this, 'Api', { config, functions, origins, identity: provider });
    new Triggers(this, 'Triggers', { config, functions, queues });
    const monitoring =
      config.alarms && this.#monitor(props, config.alarms, { functions, queues, data, api: api.api });

    const output = (name: string, value: string, description: string) =>
      new CfnOutput(this, name, { value, description });
    output('ApiUrl', api.url, 'Where the API answers');
    output('ItemsTable', data.items.tableName, 'The table of the items');
    output('ComputationsTable', data.computations.tableName, 'The table of the computations');
    output('WorkQueueUrl', queues.work.queueUrl, 'The queue that the workers read');
    output('DeadLetterQueueUrl', queues.deadLetters.queueUrl, 'The queue of what was received too often');
    output('Issuer', provider.issuer, 'Whose tokens the API accepts');
    if (provider instanceof MachineIdentity) {
      output('TokenUrl', provider.tokenUrl, 'Where a client gets a token for its id and secret');
      output('UserPoolId', provider.userPoolId, 'The user pool of the clients');
      output('ClientId', provider.clientId, 'The first client');
    }
    for (const [name, { function: each }] of Object.entries(functions.byName)) {
      output(`${pascalCase(name as FunctionName)}Function`, each.functionName, `The function ${name}`);
    }
    if (monitoring)
      output('AlarmTopic', monitoring.topic.topicArn, 'Where the alarms are told: subscribe to it');
  }

  /** What watches the rest, and, because they listen to the alarms, the deployments. */
  #monitor(
    { config: { stage, deployment: strategy }, ignoreAlarms }: SpillwayStackProps,
    thresholds: AlarmThresholds,
    watched: Omit<DashboardsProps, 'stage' | 'alarms'>,
  ): Alarms {
    const { functions } = watched;
    const alarms = new Alarms(this, 'Alarms', { stage, thresholds, ...watched });
    new Dashboards(this, 'Dashboards', { stage, alarms, ...watched });
    if (strategy) new Deployments(this, 'Deployments', { strategy, functions, alarms, ignoreAlarms });
    return alarms;
  }
}

const pascalCase = (name: FunctionName): string =>
  name.replace(/(?:^|-)(\w)/g, (_, first: string) => first.toUpperCase());

// The CDK command checks the version of the bootstrap stack by itself, so the template stays free of that rule.
// (The class does not fit its own interface under exactOptionalPropertyTypes.)
const synthesizer = (): IStackSynthesizer =>
  new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) as IStackSynthesizer;
