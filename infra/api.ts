import { Duration, Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnAuthorizer,
  CfnIntegration,
  CfnRoute,
  type CfnRouteProps,
  CfnStage,
  type CorsHttpMethod,
  HttpApi,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import {
  type AnyOperation,
  requestHeaderNames,
  responseHeaderNames,
  routeKeys,
} from '../functions/lib/http/operation.ts';
import { product } from '../functions/product.ts';
import { acknowledge } from './acknowledge.ts';
import type { Functions } from './functions.ts';
import type { IdentityProvider } from './identity.ts';
import { logGroupOf } from './lambda.ts';
import { uniquePart } from './names.ts';
import { allOperations, type Suite, triggersOf } from './suite.ts';

export interface ApiProps {
  readonly suite: Suite;
  readonly functions: Functions;
  /** Whose tokens are accepted. */
  readonly identity: IdentityProvider;
  /** Web origins that may call the API from a browser; none: no CORS at all. */
  readonly origins: readonly string[];
}

/** Who may use a route, as API Gateway is told it. */
type Access = Pick<CfnRouteProps, 'authorizationType' | 'authorizerId' | 'authorizationScopes'>;

/** API Gateway quotes this one itself, so that a message cannot break the line. */
const errorMessage = 'messageString';

/** One line a request; what the function says about the same request carries the same requestId. */
const accessLogFormat = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  route: '$context.routeKey',
  status: '$context.status',
  responseLength: '$context.responseLength',
  latencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
  integrationError: '$context.integrationErrorMessage',
  error: errorMessage,
}).replace(`"${errorMessage}"`, '$context.error.messageString');

/** What a client in a browser may send and read: the headers that the operations declare. */
const cors = (origins: readonly string[], operations: readonly AnyOperation[]) => {
  const methods = operations.flatMap(routeKeys).map((key) => key.split(' ')[0] ?? '');
  return {
    allowOrigins: [...origins],
    allowMethods: [...new Set(methods)].sort() as CorsHttpMethod[],
    allowHeaders: [...requestHeaderNames(operations)],
    exposeHeaders: [...responseHeaderNames(operations)],
    maxAge: Duration.hours(1),
  };
};

/** The HTTP API: a route for every operation, HEAD for every GET, and `$default` for everything else. */
export class Api extends Construct {
  readonly api: HttpApi;
  /** Without a slash at its end. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    const { suite, functions, identity, origins } = props;

    const api = new HttpApi(this, 'Api', {
      apiName: `${product.name}-${suite.stageName}`,
      createDefaultStage: false, // its default has no throttling and no log
      ...(origins.length > 0 && { corsPreflight: cors(origins, allOperations(suite)) }),
    });
    this.api = api;
    this.url = api.apiEndpoint;

    const { ref: authorizerId } = new CfnAuthorizer(this, 'Authorizer', {
      apiId: api.apiId,
      name: 'tokens',
      authorizerType: 'JWT',
      identitySource: ['$request.header.Authorization'],
      jwtConfiguration: { issuer: identity.issuer, audience: [...identity.audience] },
    });
    /** A token with the scope; one of any scope; none. */
    const access = (scope: string | 'any' | null): Access =>
      scope === null
        ? { authorizationType: 'NONE' }
        : {
            authorizationType: 'JWT',
            authorizerId,
            ...(scope !== 'any' && { authorizationScopes: [scope] }),
          };

    this.#deploy(suite, this.#routes(functions, access));
  }

  /** A route for every operation of every function, by its key. */
  #routes(functions: Functions, access: (scope: string | 'any' | null) => Access): Map<string, CfnRoute> {
    const { api } = this;
    const routes = new Map<string, CfnRoute>();
    for (const [name, { live, record }] of Object.entries(functions.byName)) {
      const triggers = triggersOf(record, 'http');
      if (triggers.length === 0) continue;
      const target = this.#integrate(api, name, live.functionArn);
      for (const { operations, isDefault } of triggers) {
        for (const operation of operations) {
          for (const key of routeKeys(operation)) {
            routes.set(key, this.#route(api, key, target, access(operation.scope)));
          }
        }
        // Behind the authorizer too, so that a stranger learns nothing of which paths there are.
        if (isDefault) this.#route(api, '$default', target, access('any'));
      }
    }
    return routes;
  }

  /** The one stage of the API, with its throttling and its access log. */
  #deploy(
    { stage: { throttling, routeThrottling, ...settings }, stageName }: Suite,
    routes: ReadonlyMap<string, CfnRoute>,
  ): void {
    // The prefix keeps CloudWatch's resource policy, which API Gateway extends for each log group, within its size.
    const logGroupName = `/aws/vendedlogs/${product.name}-${stageName}-${uniquePart(this)}`;
    const logs = logGroupOf(this, settings, logGroupName);
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: throttling.ratePerSecond, burstLimit: throttling.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logs),
        format: AccessLogFormat.custom(accessLogFormat),
      },
    });
    acknowledge(stage, {
      'Serverless-APIGWStructuredLogging':
        'A line is JSON when API Gateway has written it: it quotes the error message itself, and only then is it safe.',
    });
    const { node } = stage;
    if (!(node.defaultChild instanceof CfnStage)) throw new Error('A stage is a CfnStage at heart.');
    const throttled = Object.entries(routeThrottling);
    if (throttled.length > 0) {
      node.defaultChild.routeSettings = Object.fromEntries(
        throttled.map(([key, { ratePerSecond, burst }]) => [
          key,
          { ThrottlingRateLimit: ratePerSecond, ThrottlingBurstLimit: burst },
        ]),
      );
    }
    for (const [key] of throttled) {
      const route = routes.get(key);
      if (route === undefined) throw new Error(`There is no route "${key}" to throttle.`);
      node.addDependency(route); // API Gateway refuses settings of a route that is not there yet
    }
  }

  /** Lets the API invoke the function; returns what a route is pointed at. */
  #integrate(api: HttpApi, name: string, functionArn: string): string {
    const integration = new CfnIntegration(this, `${name} integration`, {
      apiId: api.apiId,
      integrationType: 'AWS_PROXY',
      integrationUri: functionArn,
      payloadFormatVersion: '2.0',
    });
    // By hand, because what CDK's own integration allows (…/*/*/*) does not cover `$default` (…/stage/$default).
    new CfnPermission(this, `${name} permission`, {
      action: 'lambda:InvokeFunction',
      functionName: functionArn,
      principal: 'apigateway.amazonaws.com',
      sourceArn: Stack.of(this).formatArn({
        service: 'execute-api',
        resource: api.apiId,
        resourceName: '*/*',
      }),
    });
    return `integrations/${integration.ref}`;
  }

  #route(api: HttpApi, routeKey: string, target: string, access: Access): CfnRoute {
    const route = new CfnRoute(this, `${routeKey} route`, {
      apiId: api.apiId,
      routeKey,
      target,
      ...access,
    });
    if (access.authorizationType === 'NONE') {
      acknowledge(route, {
        'AwsSolutions-APIG4':
          'It says nothing that is not public: that the service is there, and how to use it.',
      });
    }
    return route;
  }
}
