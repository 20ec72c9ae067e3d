import { apiGatewayApi } from './api-gateway-api.ts';
import { apiGatewayAuthorizer } from './api-gateway-authorizer.ts';
import { apiGatewayIntegration } from './api-gateway-integration.ts';
import { apiGatewayRoute } from './api-gateway-route.ts';
import { apiGatewayStage } from './api-gateway-stage.ts';
import { cdkMetadata } from './cdk-metadata.ts';
import { dynamoDbTable } from './dynamodb-table.ts';
import { eventsRule } from './events-rule.ts';
import { iamPolicy } from './iam-policy.ts';
import { iamRole } from './iam-role.ts';
import { lambdaEventInvokeConfig } from './lambda-event-invoke-config.ts';
import { lambdaEventSourceMapping } from './lambda-event-source-mapping.ts';
import { lambdaFunction } from './lambda-function.ts';
import { lambdaPermission } from './lambda-permission.ts';
import { logsLogGroup } from './logs-log-group.ts';
import type { ResourceType } from './resource-type.ts';
import { sqsQueue } from './sqs-queue.ts';
import { sqsQueuePolicy } from './sqs-queue-policy.ts';

/** The types of resources that the platform runs. Another one is a file in this folder and a line here. */
export const resourceTypes: readonly ResourceType[] = [
  apiGatewayApi,
  apiGatewayAuthorizer,
  apiGatewayIntegration,
  apiGatewayRoute,
  apiGatewayStage,
  cdkMetadata,
  dynamoDbTable,
  eventsRule,
  iamPolicy,
  iamRole,
  lambdaEventInvokeConfig,
  lambdaEventSourceMapping,
  lambdaFunction,
  lambdaPermission,
  logsLogGroup,
  sqsQueue,
  sqsQueuePolicy,
];
