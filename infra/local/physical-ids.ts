import type { Place, Resolve, Template } from './cloudformation/template.ts';

/** Where the parts of the platform answer, without a slash at the end. */
export interface Urls {
  readonly api: string;
  /** The URL of a queue is this, a slash and the queue's name. */
  readonly sqs: string;
}

/** What a resource's `Ref` (the default) or one of its attributes is; undefined when the platform has none such. */
export type Attribute = (logicalId: string, name?: string) => string | undefined;

/**
 * Names the resources of a template. One without a name of its own gets one from its logical id, which stays the
 * same from start to start, as data has to.
 */
export const physicalIds = (
  template: Template,
  { region, accountId, stackName }: Place,
  urls: Urls,
  resolve: Resolve,
): Attribute => {
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${accountId}:${rest}`;
  const nameOf = (id: string, property: string): string =>
    String(
      resolve(template.Resources[id]?.Properties?.[property], `${id}.${property}`) ?? `${stackName}-${id}`,
    );

  const attributes: Record<string, (id: string) => Record<string, string>> = {
    'AWS::ApiGatewayV2::Api': (id) => ({ Ref: id, ApiId: id, ApiEndpoint: urls.api }),
    'AWS::ApiGatewayV2::Authorizer': (id) => ({ Ref: id }),
    'AWS::ApiGatewayV2::Integration': (id) => ({ Ref: id }),
    'AWS::DynamoDB::Table': (id) => {
      const name = nameOf(id, 'TableName');
      return { Ref: name, Arn: arn('dynamodb', `table/${name}`) };
    },
    'AWS::Events::Rule': (id) => {
      const name = nameOf(id, 'Name');
      return { Ref: name, Arn: arn('events', `rule/${name}`) };
    },
    'AWS::Lambda::Function': (id) => {
      const name = nameOf(id, 'FunctionName');
      return { Ref: name, Arn: arn('lambda', `function:${name}`) };
    },
    'AWS::IAM::Role': (id) => {
      const name = nameOf(id, 'RoleName');
      return { Ref: name, Arn: `arn:aws:iam::${accountId}:role/${name}` };
    },
    'AWS::Logs::LogGroup': (id) => {
      const name = nameOf(id, 'LogGroupName');
      return { Ref: name, Arn: arn('logs', `log-group:${name}:*`) };
    },
    'AWS::SQS::Queue': (id) => {
      const name = nameOf(id, 'QueueName');
      return { Ref: `${urls.sqs}/${name}`, Arn: arn('sqs', name), QueueName: name };
    },
  };
  return (id, name = 'Ref') => attributes[template.Resources[id]?.Type ?? '']?.(id)[name];
};
