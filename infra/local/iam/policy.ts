import * as z from 'zod/mini';

const oneOrMore = z.pipe(
  z.union([z.string(), z.array(z.string())]),
  z.transform((value: string | string[]) => [value].flat()),
);

/** The operators that the platform evaluates, on texts. */
const operators = z.partialRecord(
  z.enum(['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'ArnEquals', 'ArnLike', 'Bool']),
  z.partialRecord(
    z.enum(['aws:PrincipalArn', 'aws:PrincipalAccount', 'aws:RequestedRegion', 'aws:SecureTransport']),
    oneOrMore,
  ),
);

/** A statement of an identity-based policy. What is not listed here is refused when the template is read. */
export const statementSchema = z.strictObject({
  Sid: z.optional(z.string()),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMore,
  Resource: oneOrMore,
  Condition: z._default(operators, {}),
});

export type Statement = z.output<typeof statementSchema>;

/** What somebody wants to do. */
export interface Call {
  /** Such as `dynamodb:GetItem`. */
  readonly action: string;
  readonly resource: string;
}

/** What conditions may ask about a call. */
export type CallContext = Readonly<Record<string, string>>;

/**
 * Whether the statements let a call through, as IAM evaluates identity-based policies: one that denies decides, else
 * one that allows, else it is denied.
 */
export const allows = (statements: readonly Statement[], call: Call, context: CallContext): boolean => {
  const applying = statements.filter((statement) => applies(statement, call, context));
  return applying.length > 0 && applying.every(({ Effect }) => Effect === 'Allow');
};

const applies = (
  { Action, Resource, Condition }: Statement,
  { action, resource }: Call,
  context: CallContext,
): boolean =>
  Action.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
  Resource.some((pattern) => matches(pattern, resource)) &&
  Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys ?? {}).every(([key, values]) => holds(operator, values ?? [], context[key])),
  );

/** A key that the call does not have fails a condition, and meets a negated one. */
const holds = (operator: string, values: readonly string[], actual: string | undefined): boolean => {
  const negated = operator.startsWith('StringNot');
  if (actual === undefined) return negated;
  const exact = operator.endsWith('Equals') && operator.startsWith('String');
  const found = values.some((value) => {
    if (operator === 'Bool') return value.toLowerCase() === actual.toLowerCase();
    return exact ? value === actual : matches(value, actual);
  });
  return found !== negated;
};

/** `*` is any text, `?` any character. */
const matches = (pattern: string, text: string): boolean => {
  if (pattern === '*' || pattern === text) return true;
  if (!/[*?]/.test(pattern)) return false;
  const expression = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 's').test(text);
};
