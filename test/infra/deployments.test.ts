import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { shopSuite } from './fixture.ts';
import { readable, resource, resources, synthesizeText, templateOf } from './template.ts';

const shifted = ['orders', 'frontdoor', 'packer'];
const api = shifted.filter((name) => name !== 'packer');

const groups = (stage: 'dev' | 'prod') => resources(templateOf(stage), 'AWS::CodeDeploy::DeploymentGroup');
const alias = (stage: 'dev' | 'prod', name: string) =>
  resource(templateOf(stage), 'AWS::Lambda::Alias', `Functions${name}Live`);

describe.each(['dev', 'prod'] as const)('a deployment to %s', (stage) => {
  test('publishes a version of each function that is deployed gradually, and shifts its alias to it', () => {
    expect(
      resources(templateOf(stage), 'AWS::Lambda::Alias')
        .map(({ id }) => id)
        .sort(),
    ).toEqual(shifted.map((name) => `Functions${name}Live`).sort());
    for (const name of shifted) {
      const { Properties, UpdatePolicy } = alias(stage, name);
      expect(readable(Properties.FunctionName)).toBe(`Functions${name}Function`);
      const [version] = Properties.FunctionVersion['Fn::GetAtt'];
      expect(version).toMatch(new RegExp(`^Functions${name}FunctionCurrentVersion`));
      const { DeploymentGroupName } = UpdatePolicy.CodeDeployLambdaAliasUpdate;
      expect(readable(DeploymentGroupName)).toBe(`Deployments${name}`);
    }
  });

  test('keeps old versions, so that an alias can be pointed back, but none of a deployment that was rolled back', () => {
    for (const version of resources(templateOf(stage), 'AWS::Lambda::Version')) {
      expect(version.DeletionPolicy).toBe('RetainExceptOnCreate');
    }
  });

  test('shifts what queues invoke before what the API invokes, so that no message is sent that nobody knows', () => {
    const [[packer = ''] = []] = Object.entries(templateOf(stage).findResources('AWS::Lambda::Alias')).filter(
      ([id]) => id.startsWith('Functionspacker'),
    );
    for (const name of api) expect(alias(stage, name).DependsOn).toEqual([packer]);
    expect(alias(stage, 'packer').DependsOn).toBeUndefined();
  });

  test('is taken back when it fails, or on the alarms of what it shifts', () => {
    const alarms = groups(stage).map(({ id, Properties }) => {
      expect(Properties.AutoRollbackConfiguration).toEqual({
        Enabled: true,
        Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'],
      });
      const { Alarms, Enabled } = Properties.AlarmConfiguration;
      expect(Enabled).toBe(true);
      return [id, Alarms.map(({ Name }: { Name: unknown }) => readable(Name))];
    });
    expect(Object.fromEntries(alarms)).toEqual({
      ...Object.fromEntries(
        api.map((name) => [`Deployments${name}`, [`Alarms${name}errors`, 'Alarmsapiservererrors']]),
      ),
      Deploymentspacker: ['Alarmspackererrors', 'Alarmspackerfailedmessages'],
    });
  });

  test('is watched by alarms that can go off within the five minutes of a canary', () => {
    const ids = groups(stage).flatMap(({ Properties }) =>
      Properties.AlarmConfiguration.Alarms.map(({ Name }: { Name: unknown }) => readable(Name)),
    );
    for (const id of ids) {
      const { Properties } = resource(templateOf(stage), 'AWS::CloudWatch::Alarm', id);
      const periods = Properties.Metrics.flatMap(({ MetricStat }: { MetricStat?: { Period: number } }) =>
        MetricStat ? [MetricStat.Period] : [],
      );
      expect(Math.max(...periods) * Properties.DatapointsToAlarm).toBeLessThanOrEqual(2 * 60);
    }
  });

  test('gives CodeDeploy the one policy that AWS has made for it, which no function can use', () => {
    const { Properties } = resource(templateOf(stage), 'AWS::IAM::Role', 'DeploymentsRole');
    expect(Properties.ManagedPolicyArns.map(readable)).toEqual([
      'arn:AWS::Partition:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited',
    ]);
    expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'codedeploy.amazonaws.com' } },
    ]);
    expect(Properties).not.toHaveProperty('Policies');
  });
});

test('a fix can be deployed while an alarm is on', () => {
  const enabled = (ignoreAlarms: boolean) =>
    resources(
      Template.fromJSON(JSON.parse(synthesizeText(shopSuite('prod'), { ignoreAlarms }))),
      'AWS::CodeDeploy::DeploymentGroup',
    ).map(({ Properties }) => Properties.AlarmConfiguration.Enabled);
  expect(enabled(true)).toEqual(shifted.map(() => false));
  expect(enabled(false)).toEqual(shifted.map(() => true));
});

test('a canary takes a tenth of the requests for five minutes in prod; in dev all shift at once', () => {
  const strategies = (stage: 'dev' | 'prod') => [
    ...new Set(groups(stage).map(({ Properties }) => Properties.DeploymentConfigName)),
  ];
  expect(strategies('prod')).toEqual(['CodeDeployDefault.LambdaCanary10Percent5Minutes']);
  expect(strategies('dev')).toEqual(['CodeDeployDefault.LambdaAllAtOnce']);
});
