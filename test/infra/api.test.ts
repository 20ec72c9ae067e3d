import { describe, expect, test } from 'vitest';
import { routeKeys } from '../../functions/lib/http/operation.ts';
import { stages, suiteOf } from '../../infra/stages.ts';
import { allOperations } from '../../infra/suite.ts';
import { shopStageNames, shopStages, shopSuite } from './fixture.ts';
import {
  ownProvider,
  productTemplateOf,
  readable,
  resource,
  resources,
  synthesizeText,
  templateOf,
} from './template.ts';

const template = templateOf('dev');
const stageOf = (from = template) => resource(from, 'AWS::ApiGatewayV2::Stage', 'ApiStage').Properties;

/** Route key → the function behind it. */
const routesOf = (from: typeof template): Record<string, string> =>
  Object.fromEntries(
    resources(from, 'AWS::ApiGatewayV2::Route').map(({ Properties }) => {
      const integration = readable(Properties.Target).replace('integrations/', '');
      const { IntegrationUri } = resource(from, 'AWS::ApiGatewayV2::Integration', integration).Properties;
      return [Properties.RouteKey, readable(IntegrationUri)];
    }),
  );
const routes = routesOf(template);
/** What serves through an alias, so that a deployment can be taken back. */
const behind = (name: string) => `Functions${name}Live`;

describe('the routes', () => {
  test('lead each operation to its function, HEAD where GET leads, and all else to the default', () => {
    expect(routes).toEqual({
      'POST /orders': behind('orders'),
      'GET /orders/{id}': behind('orders'),
      'HEAD /orders/{id}': behind('orders'),
      'GET /ping': behind('frontdoor'),
      'HEAD /ping': behind('frontdoor'),
      $default: behind('frontdoor'),
    });
  });

  test.each(stages)('are those of the operations of the real suite in %s', (stage) => {
    const expected = allOperations(suiteOf(stage)).flatMap(routeKeys);
    expect(Object.keys(routesOf(productTemplateOf(stage))).sort()).toEqual(['$default', ...expected].sort());
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
  test.each(shopStageNames)('throttles in %s as the stage says', (stage) => {
    const { ratePerSecond, burst } = shopStages[stage].throttling;
    expect(stageOf(templateOf(stage))).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: ratePerSecond, ThrottlingBurstLimit: burst },
    });
  });

  test.each(shopStageNames)(
    'throttles single routes in %s as the stage says, once they are there',
    (stage) => {
      const { routeThrottling } = shopSuite(stage).stage;
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
    expect(Format).toMatch(/,"error":\$context\.error\.messageString\}$/); // which API Gateway quotes itself
    const line = JSON.parse(Format.replace('$context.error.messageString', '""'));
    expect(line).toMatchObject({ requestId: '$context.requestId', status: '$context.status' });
  });
});

describe('CORS', () => {
  const corsOf = (origins: readonly string[]) =>
    resources(templateOf('dev', { origins }), 'AWS::ApiGatewayV2::Api')[0]?.Properties.CorsConfiguration;

  test('is off unless origins are named', () => {
    expect(corsOf([])).toBeUndefined();
  });

  test('lets the named origins, and only them, use the contract from a browser', () => {
    const cors = corsOf(['https://example.com']);
    expect(cors.AllowOrigins).toEqual(['https://example.com']);
    expect(cors).not.toHaveProperty('AllowCredentials');
    expect(cors.AllowMethods).toEqual(['GET', 'HEAD', 'POST']);
  });

  test('allows and exposes the headers that the operations declare, and those of every answer', () => {
    const cors = corsOf(['https://example.com']);
    expect(cors.AllowHeaders).toEqual(['Authorization', 'Content-Type', 'X-Promise', 'traceparent']);
    expect(cors.ExposeHeaders).toEqual(['Allow', 'Idempotency-Key', 'Retry-After', 'X-Receipt']);
  });

  test('lets a browser use the whole contract of the real suite', () => {
    const [api] = resources(
      productTemplateOf('dev', { origins: ['https://example.com'] }),
      'AWS::ApiGatewayV2::Api',
    );
    const { AllowHeaders, ExposeHeaders } = api?.Properties.CorsConfiguration ?? {};
    expect(AllowHeaders).toEqual(expect.arrayContaining(['Authorization', 'Content-Type', 'If-Match']));
    expect(ExposeHeaders).toEqual(expect.arrayContaining(['ETag', 'Location', 'Link', 'Retry-After']));
  });
});

describe('the template', () => {
  test('is the same every time', () => {
    expect(synthesizeText(shopSuite('dev'))).toBe(synthesizeText(shopSuite('dev')));
  });

  test('holds only what the local platform runs or may ignore: no custom resource, no helper function', () => {
    const own = templateOf('local', { identity: ownProvider }); // as the platform is its own identity provider
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
      Issuer: 'https://cognito-idp.AWS::Region.AWS::URLSuffix/IdentityUsers',
      TokenUrl: expect.stringMatching(/^https:\/\/IdentityUsersDomain\.auth\..*\/oauth2\/token$/),
      UserPoolId: 'IdentityUsers',
      ClientId: 'IdentityUsersMachine',
      OrdersTable: 'DataOrders',
      PricesTable: 'DataPrices',
      ParcelsQueueUrl: 'QueuesParcels',
      LostParcelsQueueUrl: 'QueuesLostParcels',
      OrdersFunction: 'FunctionsordersFunction',
      FrontDoorFunction: 'FunctionsfrontdoorFunction',
      PackerFunction: 'FunctionspackerFunction',
      LostAndFoundFunction: 'FunctionslostandfoundFunction',
      CashierFunction: 'FunctionscashierFunction',
      AlarmTopic: 'AlarmsTopic',
    });
  });
});
