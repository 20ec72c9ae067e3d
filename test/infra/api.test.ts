import { describe, expect, test } from 'vitest';
import { computationOperations } from '../../functions/computations/all-operations.ts';
import { itemOperations } from '../../functions/items/operations.ts';
import { serviceOperations } from '../../functions/service/operations.ts';
import { stageConfig, stages } from '../../infra/stages.ts';
import { ownProvider, readable, resource, resources, synthesizeText, templateOf } from './template.ts';

const template = templateOf('dev');
const stageOf = (from = template) => resource(from, 'AWS::ApiGatewayV2::Stage', 'ApiStage').Properties;

/** Route key → the function behind it. */
const routes = Object.fromEntries(
  resources(template, 'AWS::ApiGatewayV2::Route').map(({ Properties }) => {
    const integration = readable(Properties.Target).replace('integrations/', '');
    const { IntegrationUri } = resource(template, 'AWS::ApiGatewayV2::Integration', integration).Properties;
    return [Properties.RouteKey, readable(IntegrationUri)];
  }),
);
/** What serves through an alias, so that a deployment can be taken back. */
const behind = (name: string) => `Functions${name}Live`;

describe('the routes', () => {
  test('are those of the contract', () => {
    expect(routes).toEqual({
      'GET /health': behind('service'),
      'HEAD /health': behind('service'),
      'GET /openapi.json': behind('service'),
      'HEAD /openapi.json': behind('service'),
      'GET /computation-types': behind('service'),
      'HEAD /computation-types': behind('service'),
      'POST /items': behind('items'),
      'GET /items': behind('items'),
      'HEAD /items': behind('items'),
      'GET /items/{id}': behind('items'),
      'HEAD /items/{id}': behind('items'),
      'PUT /items/{id}': behind('items'),
      'PATCH /items/{id}': behind('items'),
      'DELETE /items/{id}': behind('items'),
      'POST /computations': behind('computations'),
      'GET /computations': behind('computations'),
      'HEAD /computations': behind('computations'),
      'GET /computations/{id}': behind('computationreads'),
      'HEAD /computations/{id}': behind('computationreads'),
      'DELETE /computations/{id}': behind('computations'),
      'POST /computations/{id}/cancel': behind('computations'),
      'POST /computations/{id}/retry': behind('computations'),
      $default: behind('service'),
    });
  });

  test('every operation has one, a GET has a HEAD besides, and there is none without an operation', () => {
    const expected = [...itemOperations, ...computationOperations, ...serviceOperations].flatMap(
      ({ method, path }) => (method === 'GET' ? [`GET ${path}`, `HEAD ${path}`] : [`${method} ${path}`]),
    );
    expect(Object.keys(routes).sort()).toEqual(['$default', ...expected].sort());
  });

  test('integrations speak payload format 2.0', () => {
    for (const { Properties } of resources(template, 'AWS::ApiGatewayV2::Integration')) {
      expect(Properties).toMatchObject({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' });
    }
  });

  test('the API may invoke each function behind a route, through `$default` (stage/$default) too', () => {
    const permissions = resources(template, 'AWS::Lambda::Permission')
      .map(({ Properties }) => Properties)
      .filter(({ Principal }) => Principal === 'apigateway.amazonaws.com');
    expect(permissions.map(({ FunctionName }) => readable(FunctionName)).sort()).toEqual(
      [...new Set(Object.values(routes))].sort(),
    );
    for (const { Action, SourceArn } of permissions) {
      expect(Action).toBe('lambda:InvokeFunction');
      expect(readable(SourceArn)).toBe('arn:AWS::Partition:execute-api:AWS::Region:AWS::AccountId:Api/*/*');
    }
  });
});

describe('the stage', () => {
  test.each(stages)('throttles in %s as the configuration says', (stage) => {
    const { ratePerSecond, burst } = stageConfig(stage).throttling;
    expect(stageOf(templateOf(stage))).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: ratePerSecond, ThrottlingBurstLimit: burst },
    });
  });

  test.each(stages)(
    'throttles single routes in %s as the configuration says, once they are there',
    (stage) => {
      const { routeThrottling } = stageConfig(stage);
      const settings = Object.entries(routeThrottling).map(([key, { ratePerSecond, burst }]) => [
        key,
        { ThrottlingRateLimit: ratePerSecond, ThrottlingBurstLimit: burst },
      ]);
      const { RouteSettings = {} } = stageOf(templateOf(stage));
      expect(RouteSettings).toEqual(Object.fromEntries(settings));
      const { Resources } = templateOf(stage).toJSON();
      const deployed = Object.values<{ Type: string; DependsOn?: string[] }>(Resources).find(
        ({ Type }) => Type === 'AWS::ApiGatewayV2::Stage',
      );
      const awaited = (deployed?.DependsOn ?? []).map((id) => Resources[id]?.Properties.RouteKey);
      expect(awaited.toSorted()).toEqual(Object.keys(routeThrottling).toSorted());
    },
  );

  test('logs a line of JSON a request, which carries the id that the function logs too', () => {
    const { DestinationArn, Format } = stageOf().AccessLogSettings;
    expect(readable(DestinationArn)).toBe('ApiLogs.Arn');
    expect(JSON.parse(Format)).toMatchObject({ requestId: '$context.requestId', status: '$context.status' });
  });
});

describe('CORS', () => {
  const corsOf = (origins: readonly string[]) =>
    resources(templateOf('dev', origins), 'AWS::ApiGatewayV2::Api')[0]?.Properties.CorsConfiguration;

  test('is off unless origins are named', () => {
    expect(corsOf([])).toBeUndefined();
  });

  test('lets the named origins, and only them, use the contract from a browser', () => {
    const cors = corsOf(['https://example.com']);
    expect(cors.AllowOrigins).toEqual(['https://example.com']);
    expect(cors).not.toHaveProperty('AllowCredentials');
    expect(cors.AllowMethods.sort()).toEqual(['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT']);
    expect(cors.AllowHeaders).toEqual(
      expect.arrayContaining([
        'Authorization',
        'Content-Type',
        'Idempotency-Key',
        'If-Match',
        'If-None-Match',
        'Prefer',
      ]),
    );
    expect(cors.ExposeHeaders).toEqual(
      expect.arrayContaining(['ETag', 'Location', 'Link', 'Retry-After', 'Idempotency-Key']),
    );
  });
});

describe('the template', () => {
  test('is the same every time', () => {
    expect(synthesizeText('dev')).toBe(synthesizeText('dev'));
  });

  test('holds only what the local platform runs or may ignore: no custom resource, no helper function', () => {
    const own = templateOf('local', [], ownProvider); // as the platform is its own identity provider
    const types = Object.values(own.toJSON().Resources).map((each) => (each as { Type: string }).Type);
    expect([...new Set(types)].sort()).toEqual([
      'AWS::ApiGatewayV2::Api',
      'AWS::ApiGatewayV2::Authorizer',
      'AWS::ApiGatewayV2::Integration',
      'AWS::ApiGatewayV2::Route',
      'AWS::ApiGatewayV2::Stage',
      'AWS::DynamoDB::Table',
      'AWS::Events::Rule',
      'AWS::IAM::Role',
      'AWS::Lambda::EventInvokeConfig',
      'AWS::Lambda::EventSourceMapping',
      'AWS::Lambda::Function',
      'AWS::Lambda::Permission',
      'AWS::Logs::LogGroup',
      'AWS::SQS::Queue',
      'AWS::SQS::QueuePolicy',
    ]);
  });

  test('says where everything is', () => {
    const outputs = Object.entries(template.findOutputs('*')).map(([name, { Value }]) => [
      name,
      readable(Value),
    ]);
    expect(Object.fromEntries(outputs)).toEqual({
      ApiUrl: 'Api.ApiEndpoint',
      Issuer: 'https://cognito-idp.AWS::Region.amazonaws.com/IdentityUsers',
      TokenUrl: expect.stringMatching(/^https:\/\/IdentityUsersDomain\.auth\..*\/oauth2\/token$/),
      UserPoolId: 'IdentityUsers',
      ClientId: 'IdentityUsersMachine',
      ItemsTable: 'DataItems',
      ComputationsTable: 'DataComputations',
      WorkQueueUrl: 'QueuesWork',
      DeadLetterQueueUrl: 'QueuesDeadLetters',
      ItemsFunction: 'FunctionsitemsFunction',
      ComputationsFunction: 'FunctionscomputationsFunction',
      ComputationReadsFunction: 'FunctionscomputationreadsFunction',
      WorkerFunction: 'FunctionsworkerFunction',
      DeadLettersFunction: 'FunctionsdeadlettersFunction',
      SweeperFunction: 'FunctionssweeperFunction',
      ServiceFunction: 'FunctionsserviceFunction',
      AlarmTopic: 'AlarmsTopic',
    });
  });
});
