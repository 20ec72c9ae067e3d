import type { Resolve } from './intrinsics.ts';
import type { Account } from './template.ts';

/** What `Ref` gives of a resource, and `Fn::GetAtt` by the attribute's name. */
export interface Ids {
  readonly Ref: string;
  readonly [attribute: string]: string;
}

/** What the ids of a resource are made of. */
export interface Identity extends Account {
  readonly logicalId: string;
  /** Where the platform answers, without a slash at the end. */
  readonly url: string;
  /** Where the functions find the AWS services, by the names of these, without a slash at the end. */
  readonly endpoints: ReadonlyMap<string, string>;
  /**
   * The value of the property that names the resource. Without one it is a name made from the logical id, which stays
   * the same from start to start, as data has to.
   */
  name(property: string): string;
  /** The ARN of something that belongs to a service of this account and region. */
  arn(service: string, rest: string): string;
}

/** The resource that is read. */
export interface ResourceContext {
  readonly logicalId: string;
  /** What people call it. */
  readonly label: string;
  readonly ids: Ids;
  /** The other resources. */
  readonly stack: Stack;
  readonly resolve: Resolve;
}

/** How the resources of one type are read; `Model` is what is known of a resource then. */
export interface ResourceReader<Model> {
  /** Such as `AWS::SQS::Queue`. */
  readonly type: string;
  /** Whether a resource that no other one uses may be left unread: what it says changes nothing here. */
  readonly onlyWhenUsed?: boolean;
  /** Absent: a `Ref` gives the logical id. */
  ids?(identity: Identity): Ids;
  /** Reads the properties as the template has them. Throws a `PlatformError` for what cannot be run here. */
  read(properties: Readonly<Record<string, unknown>>, resource: ResourceContext): Model;
}

/** The resources of a template, every name resolved. Reading one reads what it refers to. */
export interface Stack {
  /** Every resource, in the order of the template. */
  readonly resources: readonly { readonly logicalId: string; readonly type: string }[];
  /** The models of all resources of a type. */
  all<Model>(reader: ResourceReader<Model>): readonly Model[];
  /** The model of the resource of a type that has this name, ARN or other id; undefined when there is none. */
  find<Model>(reader: ResourceReader<Model>, id: string): Model | undefined;
  /** The model of a resource, by its logical id. */
  model(logicalId: string): unknown;
  /** The folder of the asset with this key; `where` names the place in messages. */
  assetFolder(key: string, where: string): string;
  /** The values of the template's outputs, by name. */
  outputs(): Readonly<Record<string, string>>;
}
