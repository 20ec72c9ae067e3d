import type {
  APIGatewayEventRequestContextJWTAuthorizer,
  APIGatewayEventRequestContextV2,
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
} from 'aws-lambda';
import type { Headers } from '../headers/header.ts';

/** API Gateway's event (payload format 2.0), and what the middleware has found out on the way. */
export interface HttpEvent extends APIGatewayProxyEventV2 {
  requestContext: APIGatewayEventRequestContextV2 & {
    authorizer?: APIGatewayEventRequestContextJWTAuthorizer;
  };
  /** Who asks. */
  tenant?: string;
  /** The value that the body holds. */
  json?: unknown;
  /** Path parameters, query and body as the operation's schemas read them. */
  checked?: { readonly params: unknown; readonly query: unknown; readonly body: unknown };
}

/** What API Gateway turns into an answer. */
export type HttpResult = APIGatewayProxyStructuredResultV2;

/** The event's headers; the header normalizer has made their names lower case. */
export const requestHeaders = (event: HttpEvent): Headers => ({
  header: (name) => event.headers[name.toLowerCase()],
});
