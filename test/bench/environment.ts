/** Something for every variable that a function may read. */
export const environment = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_LAMBDA_FUNCTION_NAME: 'function',
  STAGE: 'prod',
  SERVICE_NAME: 'Spillway',
  ITEMS_TABLE: 'items',
  COMPUTATIONS_TABLE: 'computations',
  WORK_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/123456789012/work',
  TENANT_CLAIM: 'sub',
  RESPONSE_CACHE_BYTES: '1000000',
  ACTIVE_PER_TENANT: '1000',
  RETENTION_DAYS: '14',
  MAX_AGE_SECONDS: '86400',
  CHECKPOINT_SECONDS: '10',
  SWEEP_AFTER_SECONDS: '60',
};
