import type { Account } from '../cloudformation/template.ts';
import { allows, type Call, type CallContext, type Statement } from './policy.ts';

/** What a function may do. */
export interface Role {
  readonly name: string;
  readonly arn: string;
  readonly statements: readonly Statement[];
}

/** Who signs requests with a role: a function. */
interface Principal {
  readonly accessKeyId: string;
  readonly name: string;
  /** What people call it. */
  readonly label: string;
  readonly role: Role;
}

/** One action on one resource that a role allows. */
export interface Permission extends Call {
  /** The label of the function. */
  readonly function: string;
  /** Whether a call was made that would have been refused without it. */
  readonly needed: boolean;
}

/** Checks the calls of functions against their roles. */
export interface Roles {
  /** From now on the calls with the access key of the principal are checked. */
  add(principal: Principal): void;
  /** Why the owner of an access key may not make a call, in AWS's words; undefined: it may. */
  refusal(accessKeyId: string | undefined, call: Call): string | undefined;
  /** Every permission, and whether it has been needed so far. */
  permissions(): readonly Permission[];
}

/** The access key that a function signs its requests with. */
export const accessKeyOf = ({ logicalId }: { readonly logicalId: string }): string =>
  `LOCAL${logicalId.toUpperCase()}`;

/** The access key in the `Authorization` header of a signed request. */
export const accessKeyIn = (authorization: string | undefined): string | undefined =>
  /\bCredential=([^/,\s]+)\//.exec(authorization ?? '')?.[1];

/**
 * Roles that are enforced. Whoever signs with a key that belongs to no principal is the owner of the account, and may
 * do everything: you, at your own machine.
 */
export const enforceRoles = (account: Account): Roles => {
  const principals = new Map<string, Principal>();
  /** The different calls that were allowed: as many as the stack has functions, actions and resources. */
  const allowed = new Map<string, Call & { readonly caller: Principal }>();
  return {
    add: (principal) => void principals.set(principal.accessKeyId, principal),
    refusal: (accessKeyId, call) => {
      const caller = principals.get(accessKeyId ?? '');
      if (caller === undefined) return undefined;
      const key = `${accessKeyId} ${call.action} ${call.resource}`;
      if (allowed.has(key)) return undefined;
      if (!allows(caller.role.statements, call, contextOf(caller, account)))
        return refusalOf(caller, call, account);
      allowed.set(key, { ...call, caller });
      return undefined;
    },
    permissions: () =>
      [...principals.values()].flatMap((each) => {
        const calls = [...allowed.values()].filter(({ caller }) => caller === each);
        return permissionsOf(each, calls, contextOf(each, account));
      }),
  };
};

const permissionsOf = (
  { label, role }: Principal,
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
const contextOf = ({ role }: Principal, { region, accountId }: Account): CallContext => ({
  'aws:PrincipalArn': role.arn,
  'aws:PrincipalAccount': accountId,
  'aws:RequestedRegion': region,
  'aws:SecureTransport': 'true',
});

const refusalOf = ({ name, role }: Principal, { action, resource }: Call, { accountId }: Account): string =>
  `User: arn:aws:sts::${accountId}:assumed-role/${role.name}/${name} is not authorized to perform: ${action} on ` +
  `resource: ${resource} because no identity-based policy allows the ${action} action`;

/** Why a request to a service is refused to the owner of an access key; undefined: it may pass. */
export type RequestCheck = (
  operation: string,
  body: unknown,
  accessKeyId: string | undefined,
) => string | undefined;

/** Checks every request to a service against the roles; `callsOf` says what IAM is asked about it. */
export const requestCheck =
  (
    roles: Roles,
    callsOf: (operation: string, body: unknown, account: Account) => Call[],
    account: Account,
  ): RequestCheck =>
  (operation, body, accessKeyId) => {
    for (const call of callsOf(operation, body, account)) {
      const refusal = roles.refusal(accessKeyId, call);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  };
