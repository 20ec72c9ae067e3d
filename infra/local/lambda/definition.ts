import type { Role } from '../iam/roles.ts';

/** How people, programs and templates name a function. */
export interface FunctionIdentity {
  readonly logicalId: string;
  readonly name: string;
  /** What people call it. */
  readonly label: string;
}

/** What the template says of a function. */
export interface FunctionDefinition extends FunctionIdentity {
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
  readonly role: Role;
  /** How often an asynchronous invocation that failed is repeated. */
  readonly retryAttempts: number;
}
