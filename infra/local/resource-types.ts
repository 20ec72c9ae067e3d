import * as z from 'zod/mini';
import { statementSchema } from './iam/policy.ts';

const text = z.string();
const number = z.number();
const flag = z.boolean();
/** A member of a nested object that changes nothing here; the reason stands beside it. */
const ignorable = z.optional(z.unknown());

const tags = 'they only name things';
const monitoring = 'nothing is measured here';
const encryption = 'nothing is encrypted on this machine';
const reach = 'nothing outside the stack reaches its queues';

const inlinePolicy = z.strictObject({
  PolicyName: text,
  PolicyDocument: z.strictObject({ Version: ignorable, Statement: z.array(statementSchema) }),
});

/**
 * What the platform understands of each resource type: the properties that it acts on, and the ones that it may
 * leave out, each with the reason. Whatever is in neither list stops the start, because ignoring it would run
 * another stack than the one that is deployed.
 */
export const resourceTypes = {
  'AWS::Lambda::Function': {
    properties: z.strictObject({
      FunctionName: z.optional(text),
      Code: z.strictObject({ S3Bucket: text, S3Key: text }),
      Handler: text,
      Runtime: text,
      MemorySize: z._default(number, 128),
      Timeout: z._default(number, 3),
      Role: text,
      Environment: z.optional(z.strictObject({ Variables: z.optional(z.record(text, text)) })),
      ReservedConcurrentExecutions: z.optional(number),
      LoggingConfig: z.optional(
        z.strictObject({
          LogGroup: z.optional(text),
          LogFormat: ignorable, // a line is shown as the function wrote it
          ApplicationLogLevel: ignorable,
          SystemLogLevel: ignorable,
        }),
      ),
    }),
    ignored: {
      Architectures: 'JavaScript computes the same on each',
      Description: tags,
      RecursiveLoop:
        'loops are not detected here, so nothing is stopped; a test of the stack holds the setting',
      Tags: tags,
      TracingConfig: monitoring,
    },
  },
  'AWS::Lambda::EventInvokeConfig': {
    properties: z.strictObject({
      FunctionName: text,
      Qualifier: z.literal('$LATEST'),
      MaximumRetryAttempts: z._default(number, 2),
    }),
    ignored: { MaximumEventAgeInSeconds: 'nothing keeps an event waiting here' },
  },
  'AWS::Lambda::EventSourceMapping': {
    properties: z.strictObject({
      EventSourceArn: text,
      FunctionName: text,
      Enabled: z._default(flag, true),
      BatchSize: z._default(number, 10),
      MaximumBatchingWindowInSeconds: z._default(number, 0),
      FunctionResponseTypes: z._default(z.array(z.literal('ReportBatchItemFailures')), []),
      ScalingConfig: z.optional(z.strictObject({ MaximumConcurrency: z.optional(number) })),
    }),
    ignored: { Tags: tags },
  },
  'AWS::Lambda::Permission': {
    properties: z.strictObject({ Action: text, FunctionName: text, Principal: text }),
    ignored: {
      SourceArn: 'whom a service calls for is not told apart here',
      SourceAccount: 'there is one account',
    },
  },
  'AWS::IAM::Role': {
    properties: z.strictObject({
      AssumeRolePolicyDocument: z.strictObject({
        Version: ignorable, // there are two, and they differ in what is not used here
        Statement: z.array(
          z.strictObject({
            Effect: z.literal('Allow'),
            Action: z.literal('sts:AssumeRole'),
            Principal: z.strictObject({ Service: z.literal('lambda.amazonaws.com') }),
          }),
        ),
      }),
      Policies: z._default(z.array(inlinePolicy), []),
    }),
    ignored: { Description: tags, RoleName: tags, Tags: tags },
  },
  'AWS::IAM::Policy': {
    properties: z.strictObject({ ...inlinePolicy.shape, Roles: z.array(text) }),
    ignored: {},
  },
  'AWS::SQS::Queue': {
    properties: z.strictObject({
      QueueName: z.optional(text),
      VisibilityTimeout: z.optional(number),
      MessageRetentionPeriod: z.optional(number),
      DelaySeconds: z.optional(number),
      ReceiveMessageWaitTimeSeconds: z.optional(number),
      MaximumMessageSize: z.optional(number),
      RedrivePolicy: z.optional(z.strictObject({ deadLetterTargetArn: text, maxReceiveCount: number })),
    }),
    ignored: {
      KmsDataKeyReusePeriodSeconds: encryption,
      KmsMasterKeyId: encryption,
      RedriveAllowPolicy: reach,
      SqsManagedSseEnabled: encryption,
      Tags: tags,
    },
  },
  'AWS::DynamoDB::Table': {
    properties: z.strictObject({
      TableName: z.optional(text),
      AttributeDefinitions: z.array(
        z.strictObject({ AttributeName: text, AttributeType: z.enum(['S', 'N', 'B']) }),
      ),
      KeySchema: z.array(z.strictObject({ AttributeName: text, KeyType: z.enum(['HASH', 'RANGE']) })),
      BillingMode: z.literal('PAY_PER_REQUEST'),
      GlobalSecondaryIndexes: z.optional(
        z.array(
          z.strictObject({
            IndexName: text,
            KeySchema: z.array(z.strictObject({ AttributeName: text, KeyType: z.enum(['HASH', 'RANGE']) })),
            Projection: z.strictObject({
              ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
              NonKeyAttributes: z.optional(z.array(text)),
            }),
            ContributorInsightsSpecification: ignorable, // nothing is measured here
          }),
        ),
      ),
      TimeToLiveSpecification: z.optional(z.strictObject({ AttributeName: text, Enabled: flag })),
    }),
    ignored: {
      ContributorInsightsSpecification: monitoring,
      DeletionProtectionEnabled: 'the platform deletes no table',
      PointInTimeRecoverySpecification: 'there are no backups on this machine',
      SSESpecification: encryption,
      TableClass: 'it only changes the price',
      Tags: tags,
    },
  },
  'AWS::ApiGatewayV2::Api': {
    properties: z.strictObject({
      ProtocolType: z.literal('HTTP'),
      CorsConfiguration: z.optional(
        z.strictObject({
          AllowOrigins: z._default(z.array(text), []),
          AllowMethods: z._default(z.array(text), []),
          AllowHeaders: z._default(z.array(text), []),
          ExposeHeaders: z._default(z.array(text), []),
          MaxAge: z.optional(number),
          AllowCredentials: z._default(flag, false),
        }),
      ),
    }),
    ignored: { Description: tags, Name: tags, Tags: tags },
  },
  'AWS::ApiGatewayV2::Stage': {
    properties: z.strictObject({
      ApiId: text,
      StageName: z.literal('$default'), // another one would begin every path
      AutoDeploy: z.literal(true),
      DefaultRouteSettings: z.optional(
        z.strictObject({
          ThrottlingRateLimit: z.optional(number),
          ThrottlingBurstLimit: z.optional(number),
          DetailedMetricsEnabled: ignorable, // nothing is measured here
        }),
      ),
      RouteSettings: z.optional(
        z.record(
          text,
          z.strictObject({
            ThrottlingRateLimit: z.optional(number),
            ThrottlingBurstLimit: z.optional(number),
            DetailedMetricsEnabled: ignorable, // nothing is measured here
          }),
        ),
      ),
    }),
    ignored: {
      AccessLogSettings: 'the platform shows its own line a request',
      Description: tags,
      Tags: tags,
    },
  },
  'AWS::ApiGatewayV2::Route': {
    properties: z.strictObject({
      ApiId: text,
      RouteKey: text,
      Target: text,
      AuthorizationType: z._default(z.enum(['NONE', 'JWT']), 'NONE'),
      AuthorizerId: z.optional(text),
      AuthorizationScopes: z._default(z.array(text), []),
    }),
    ignored: { OperationName: tags },
  },
  'AWS::ApiGatewayV2::Authorizer': {
    properties: z.strictObject({
      ApiId: text,
      AuthorizerType: z.literal('JWT'),
      IdentitySource: z.tuple([z.literal('$request.header.Authorization')]),
      JwtConfiguration: z.strictObject({ Issuer: text, Audience: z.array(text).check(z.minLength(1)) }),
    }),
    ignored: { Name: tags },
  },
  'AWS::ApiGatewayV2::Integration': {
    properties: z.strictObject({
      ApiId: text,
      IntegrationType: z.literal('AWS_PROXY'),
      IntegrationUri: text,
      PayloadFormatVersion: z.literal('2.0'),
      TimeoutInMillis: z._default(number, 30_000),
    }),
    ignored: { Description: tags, IntegrationMethod: 'a function is always invoked by POST' },
  },
  'AWS::Events::Rule': {
    properties: z.strictObject({
      ScheduleExpression: text,
      State: z._default(z.enum(['ENABLED', 'DISABLED']), 'ENABLED'),
      Targets: z.array(
        z.strictObject({
          Id: text,
          Arn: text,
          Input: z.optional(text),
          RetryPolicy: ignorable, // the platform always reaches the function at once
        }),
      ),
    }),
    ignored: { Description: tags, Name: tags },
  },
} as const;

export type ResourceType = keyof typeof resourceTypes;

/** A type's properties as they are after its schema: intrinsics resolved, defaults filled in. */
export type Properties<T extends ResourceType> = z.output<(typeof resourceTypes)[T]['properties']>;

/** Resources that change nothing here, and why. */
export const ignoredTypes: Readonly<Record<string, string>> = {
  'AWS::CDK::Metadata': 'it tells AWS which constructs are used',
  'AWS::Logs::LogGroup': 'the platform shows lines as they come',
  'AWS::SQS::QueuePolicy': reach,
};
