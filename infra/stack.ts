import { CfnOutput, DefaultStackSynthesizer, type IStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { isSourceQueue } from '../functions/lib/manifest.ts';
import { product } from '../functions/product.ts';
import { Alarms } from './alarms.ts';
import { Api } from './api.ts';
import { MachineIdentity } from './auth.ts';
import type { Assets } from './bundle/build.ts';
import { Dashboards, type DashboardsProps } from './dashboards.ts';
import { Data } from './data.ts';
import { Deployments } from './deployments.ts';
import { Functions } from './functions.ts';
import type { IdentityOptions } from './identity.ts';
import { Queues } from './queues.ts';
import { holdToRules } from './rules.ts';
import type { AlarmThresholds } from './stage.ts';
import { pascalCase, publicRoutes, type Suite } from './suite.ts';
import { Triggers } from './triggers.ts';

export interface ProductStackProps {
  readonly suite: Suite;
  readonly assets: Assets;
  readonly origins: readonly string[];
  readonly identity: IdentityOptions;
  readonly ignoreAlarms: boolean;
}

/** Everything of one stage. It knows no account and no region, so it deploys to any and synthesizes without one. */
export class ProductStack extends Stack {
  constructor(scope: Construct, id: string, props: ProductStackProps) {
    const { suite, assets, origins, identity } = props;
    const { stage, stageName } = suite;
    super(scope, id, {
      description: `${product.title}: ${product.description}`,
      terminationProtection: stage.keepData,
      tags: { application: product.name, stage: stageName },
      synthesizer: synthesizer(),
    });

    holdToRules(this, { alarms: stage.alarms !== undefined, publicRoutes: publicRoutes(suite) });

    const data = new Data(this, 'Data', suite);
    const queues = new Queues(this, 'Queues', suite);
    const { tenantClaim } = identity;
    const functions = new Functions(this, 'Functions', { suite, assets, data, queues, tenantClaim });
    const provider = identity.provider ?? new MachineIdentity(this, 'Identity', { suite });
    const api = new Api(this, 'Api', { suite, functions, origins, identity: provider });
    new Triggers(this, 'Triggers', { suite, functions, queues });
    const monitoring =
      stage.alarms && this.#monitor(props, stage.alarms, { functions, queues, data, api: api.api });

    this.#outputs(suite, { data, queues, functions, api });
    this.#output('Issuer', provider.issuer, 'Whose tokens the API accepts');
    if (provider instanceof MachineIdentity) {
      this.#output('TokenUrl', provider.tokenUrl, 'Where a client gets a token for its id and secret');
      this.#output('UserPoolId', provider.userPoolId, 'The user pool of the clients');
      this.#output('ClientId', provider.clientId, 'The first client');
    }
    if (monitoring)
      this.#output('AlarmTopic', monitoring.topic.topicArn, 'Where the alarms are told: subscribe to it');
  }

  #output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description });
  }

  /** Where everything of the manifest is. */
  #outputs(
    suite: Suite,
    { data, queues, functions, api }: { data: Data; queues: Queues; functions: Functions; api: Api },
  ): void {
    this.#output('ApiUrl', api.url, 'Where the API answers');
    for (const [name, { tableName }] of Object.entries(data.tables))
      this.#output(`${pascalCase(name)}Table`, tableName, `The table ${name}`);
    for (const [name, { queueUrl }] of Object.entries(queues.byName)) {
      const record = suite.queues[name];
      const kind = record && isSourceQueue(record) ? 'queue' : 'dead-letter queue';
      this.#output(`${pascalCase(name)}QueueUrl`, queueUrl, `The ${kind} ${name}`);
    }
    for (const [name, { function: each }] of Object.entries(functions.byName))
      this.#output(`${pascalCase(name)}Function`, each.functionName, `The function ${name}`);
  }

  /** What watches the rest, and, because they listen to the alarms, the deployments. */
  #monitor(
    { suite, ignoreAlarms }: ProductStackProps,
    thresholds: AlarmThresholds,
    watched: Omit<DashboardsProps, 'suite' | 'alarms'>,
  ): Alarms {
    const { functions } = watched;
    const { deployment: strategy } = suite.stage;
    const alarms = new Alarms(this, 'Alarms', { suite, thresholds, ...watched });
    new Dashboards(this, 'Dashboards', { suite, alarms, ...watched });
    if (strategy) new Deployments(this, 'Deployments', { strategy, functions, alarms, ignoreAlarms });
    return alarms;
  }
}

// The CDK command checks the version of the bootstrap stack by itself, so the template stays free of that rule.
// (The class does not fit its own interface under exactOptionalPropertyTypes.)
const synthesizer = (): IStackSynthesizer =>
  new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) as IStackSynthesizer;
