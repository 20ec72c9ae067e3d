import { PlatformError } from '../platform-error.ts';
import { allows, type Call, type CallContext } from './policy.ts';
import type { LocalFunction, LocalMapping } from '../stack.ts';
import type { Place } from '../cloudformation/template.ts';

/** One action on one resource that a role allows. */
export interface Permission extends Call {
  /** The label of the function. */
  readonly function: string;
  /** Whether a call was made that would have been refused without it. */
  readonly needed: boolean;
}

/** The roles of the functions, held against every call that they make. */
export interface Roles {
  /** Why the owner of an access key may not make a call, in AWS's words; undefined: it may. */
  refusal(accessKeyId: string | undefined, call: Call): string | undefined;
  /** Every permission, and whether it has been needed so far. */
  permissions(): readonly Permission[];
}

/** The access key that a function signs its requests with. */
export const accessKeyOf = ({ logicalId }: Pick<LocalFunction, 'logicalId'>): string =>
  `LOCAL${logicalId.toUpperCase()}`;

/** Why a request to a service is refused to the owner of an access key; undefined: it may pass. */
export type Check = (operation: string, body: unknown, accessKeyId: string | undefined) => string | undefined;

/** The access key in the `Authorization` header of a signed request. */
export const accessKeyIn = (authorization: string | undefined): string | undefined =>
  /\bCredential=([^/,\s]+)\//.exec(authorization ?? '')?.[1];

/**
 * Enforces the roles of these functions. Whoever signs with another key than a function's is the owner of the
 * account, and may do everything: you, at your own machine.
 */
export const enforceRoles = (functions: readonly LocalFunction[], place: Place): Roles => {
  const byKey = new Map(functions.map((each) => [accessKeyOf(each), each]));
  /** The different calls that were allowed: as many as the stack has functions, actions and resources. */
  const made = new Map<string, Call & { readonly caller: LocalFunction }>();
  return {
    refusal: (accessKeyId, call) => {
      const caller = byKey.get(accessKeyId ?? '');
      if (caller === undefined) return undefined;
      const key = `${accessKeyId} ${call.action} ${call.resource}`;
      if (made.has(key)) return undefined;
      if (!allows(caller.role.statements, call, contextOf(caller, place)))
        return sentence(caller, call, place);
      made.set(key, { ...call, caller });
      return undefined;
    },
    permissions: () =>
      functions.flatMap((each) => {
        const calls = [...made.values()].filter(({ caller }) => caller === each);
        return permissionsOf(each, calls, contextOf(each, place));
      }),
  };
};

const permissionsOf = (
  { label, role }: LocalFunction,
  calls: readonly Call[],
  context: CallContext,
): Permission[] => {
  const single = role.statements.flatMap((statement) =>
    statement.Action.flatMap((action) =>
      statement.Resource.map((resource) => ({ ...statement, Action: [action], Resource: [resource] })),
    ),
  );
  return single
    .filter(({ Effect }) => Effect === 'Allow')
    .map((permission) => {
      const others = single.filter((other) => other !== permission);
      const [action = '', resource = ''] = [...permission.Action, ...permission.Resource];
      return {
        function: label,
        action,
        resource,
        needed: calls.some((call) => !allows(others, call, context)),
      };
    });
};

/** What conditions may ask about a call of a function. Everything counts as encrypted: it never leaves the machine. */
const contextOf = ({ role }: LocalFunction, { region, accountId }: Place): CallContext => ({
  'aws:PrincipalArn': role.arn,
  'aws:PrincipalAccount': accountId,
  'aws:RequestedRegion': region,
  'aws:SecureTransport': 'true',
});

/** Holds every request to a service against the roles; `callsOf` says what IAM is asked about it. */
export const checkOf =
  (roles: Roles, callsOf: (operation: string, body: unknown, place: Place) => Call[], place: Place): Check =>
  (operation, body, accessKeyId) => {
    for (const call of callsOf(operation, body, place)) {
      const refusal = roles.refusal(accessKeyId, call);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  };

/**
 * Throws a {@link PlatformError} for a mapping that Lambda would not create, because the function's role lacks what
 * Lambda needs to read the queue.
 */
export const checkMapping = ({ queue, function: target }: LocalMapping, roles: Roles): void => {
  for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']) {
    const refusal = roles.refusal(accessKeyOf(target), { action, resource: queue.arn });
    if (refusal !== undefined)
      throw new PlatformError(`${target.logicalId} cannot be fed from ${queue.logicalId}: ${refusal}.`);
  }
};

const sentence = ({ name, role }: LocalFunction, { action, resource }: Call, { accountId }: Place): string =>
  `User: arn:aws:sts::${accountId}:assumed-role/${role.name}/${name} is not authorized to perform: ${action} on ` +
  `resource: ${resource} because no identity-based policy allows the ${action} action`;
