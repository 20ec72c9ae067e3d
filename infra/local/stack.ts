import type { Statement } from './iam/policy.ts';
import type { Properties } from './resource-types.ts';

/** What a function may do. */
export interface LocalRole {
  readonly name: string;
  readonly arn: string;
  readonly statements: readonly Statement[];
}

export interface LocalFunction {
  readonly logicalId: string;
  readonly name: string;
  /** What a reader calls it: the name of the output that gives its name, without "Function". */
  readonly label: string;
  readonly arn: string;
  /** The folder of its code. */
  readonly directory: string;
  /** `file.export`. */
  readonly handler: string;
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly reservedConcurrency: number | undefined;
  readonly logGroup: string;
  readonly role: LocalRole;
  /** How often an asynchronous invocation that failed is repeated. */
  readonly retryAttempts: number;
}

export interface LocalQueue {
  readonly logicalId: string;
  readonly name: string;
  /** What a reader calls it, such as `work-queue`, after the output that gives its URL. */
  readonly label: string;
  readonly arn: string;
  readonly url: string;
  readonly visibilityTimeoutSeconds: number;
  /** As `CreateQueue` takes them. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface LocalTable {
  readonly logicalId: string;
  readonly name: string;
  /** What a reader calls it, such as `items`, after the output that gives its name. */
  readonly label: string;
  readonly definition: Properties<'AWS::DynamoDB::Table'>;
}

export interface LocalMapping {
  readonly queue: LocalQueue;
  readonly function: LocalFunction;
  readonly batchSize: number;
  readonly windowSeconds: number;
  /** Invocations at once; undefined: as many as the function has instances. */
  readonly maximumConcurrency: number | undefined;
  readonly reportsBatchItemFailures: boolean;
}

export interface Throttling {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/** A JWT authorizer: whose tokens, and for whom. */
export interface LocalAuthorizer {
  readonly issuer: string;
  readonly audience: readonly string[];
}

export interface LocalRoute {
  /** `GET /items/{id}` or `$default`. */
  readonly key: string;
  readonly function: LocalFunction;
  /** Milliseconds after which the gateway gives up. */
  readonly timeout: number;
  readonly throttling: Throttling | undefined;
  /** Undefined: no token is needed. */
  readonly authorizer: LocalAuthorizer | undefined;
  /** Of these a token needs one; none: any token will do. */
  readonly scopes: readonly string[];
}

export type Cors = NonNullable<Properties<'AWS::ApiGatewayV2::Api'>['CorsConfiguration']>;

export interface LocalApi {
  readonly id: string;
  readonly routes: readonly LocalRoute[];
  readonly cors: Cors | undefined;
}

export interface LocalSchedule {
  readonly logicalId: string;
  readonly arn: string;
  readonly expression: string;
  readonly targets: readonly { readonly function: LocalFunction; readonly input: string | undefined }[];
}

/** The stack as the platform runs it: every name resolved, every reference a reference. */
export interface LocalStack {
  readonly functions: readonly LocalFunction[];
  readonly queues: readonly LocalQueue[];
  readonly tables: readonly LocalTable[];
  readonly mappings: readonly LocalMapping[];
  readonly api: LocalApi | undefined;
  readonly schedules: readonly LocalSchedule[];
  /** The values of the template's outputs, by name. */
  outputs(): Readonly<Record<string, string>>;
}
