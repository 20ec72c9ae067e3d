import type { Account } from './cloudformation/template.ts';
import type { Roles } from './iam/roles.ts';
import type { DataFolder } from './machine/data-folder.ts';

/** An AWS service as the functions find it: a server on this machine. */
export interface Service {
  readonly endpoint: string;
  stop(): Promise<unknown>;
}

export interface ServiceOptions {
  readonly account: Account;
  /** A server to use instead of starting one. */
  readonly elsewhere: string | undefined;
  /** Where data is kept; undefined: in memory. */
  readonly dataFolder: DataFolder | undefined;
  /** For a service that asks on each request whether its caller's role allows it. */
  readonly roles: Roles;
  /** Called when the service has ended although nobody stopped it. */
  readonly onFailure: (error: Error) => void;
}

/** A service that the resources of a type need, such as SQS for queues. The SDK knows it by `AWS_ENDPOINT_URL_<NAME>`. */
export interface ServiceType<S extends Service = Service> {
  readonly name: string;
  /** Throws a `PlatformError` that says what this machine lacks. */
  start(options: ServiceOptions): Promise<S>;
}
