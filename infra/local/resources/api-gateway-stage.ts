import * as z from 'zod/mini';
import type { Throttling } from '../http/token-bucket.ts';
import { resourceType } from './resource-type.ts';
import { ignorable, number, onlyNames, text } from './schemas.ts';

const routeSettings = z.strictObject({
  ThrottlingRateLimit: z.optional(number),
  ThrottlingBurstLimit: z.optional(number),
  DetailedMetricsEnabled: ignorable, // nothing is measured here
});

/** The stage of the API, without which nothing of it is deployed, and the limits of its routes. */
export const apiGatewayStage = resourceType({
  type: 'AWS::ApiGatewayV2::Stage',
  properties: z.strictObject({
    ApiId: text,
    StageName: z.literal('$default'), // another one would begin every path
    AutoDeploy: z.literal(true),
    DefaultRouteSettings: z.optional(routeSettings),
    RouteSettings: z._default(z.record(text, routeSettings), {}),
  }),
  ignored: {
    AccessLogSettings: 'the platform shows its own line a request',
    Description: onlyNames,
    Tags: onlyNames,
  },

  read: ({ DefaultRouteSettings, RouteSettings }) => {
    const byRoute = new Map(Object.entries(RouteSettings));
    return {
      /** A route's own limits before those of the stage; of one that is not given, what an account has. */
      throttlingOf: (routeKey: string): Throttling | undefined => {
        const { ThrottlingRateLimit: ratePerSecond, ThrottlingBurstLimit: burst } = {
          ...DefaultRouteSettings,
          ...byRoute.get(routeKey),
        };
        if (ratePerSecond === undefined && burst === undefined) return undefined;
        return { ratePerSecond: ratePerSecond ?? 10_000, burst: burst ?? 5_000 };
      },
    };
  },
});
