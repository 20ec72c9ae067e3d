/** A resource as the template has it. */
export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  Condition?: string;
}

/** A CloudFormation template, as far as the platform reads it. */
export interface Template {
  Resources: Record<string, TemplateResource>;
  Parameters?: Record<string, { Type: string; Default?: unknown }>;
  Conditions?: Record<string, unknown>;
  Outputs?: Record<string, { Value: unknown }>;
}

/** The account that the platform plays. */
export interface Account {
  readonly region: string;
  readonly accountId: string;
}

/** Where the stack is: what the pseudo parameters say. */
export interface Place extends Account {
  readonly stackName: string;
}
