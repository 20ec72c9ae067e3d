import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import * as z from 'zod/mini';
import { pagePath } from '../local/page/path.ts';

/** Where a stack keeps its computations and its work, and how its services are reached. */
export interface Stack {
  readonly computationsTable: string;
  readonly workQueueUrl: string;
  /** For clients of DynamoDB and SQS; empty: as the shell says. */
  readonly dynamodb: Connection;
  readonly sqs: Connection;
}

interface Connection {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

const ofOutputs = (name: string, outputs: Readonly<Record<string, string | undefined>>) => {
  const output = (key: string): string => {
    const value = outputs[key];
    if (value === undefined) throw new Error(`${name} has no output ${key}: deploy it first.`);
    return value;
  };
  return { computationsTable: output('ComputationsTable'), workQueueUrl: output('WorkQueueUrl') };
};

/** A stack on AWS, with the credentials of the shell. Rejects when there is none of that stage. */
export const deployedStack = async (stage: string): Promise<Stack> => {
  const StackName = `Spillway-${stage}`;
  const { Stacks } = await new CloudFormationClient().send(new DescribeStacksCommand({ StackName }));
  const outputs = (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]);
  return { ...ofOutputs(StackName, Object.fromEntries(outputs)), dynamodb: {}, sqs: {} };
};

const description = z.object({
  region: z.string(),
  endpoints: z.object({ dynamodb: z.string(), sqs: z.string() }),
  outputs: z.record(z.string(), z.string()),
});

/** The stack that the local platform at this URL runs, as the platform itself tells. Rejects when none runs there. */
export const localStack = async (url: string): Promise<Stack> => {
  const answer = await fetch(`${url}${pagePath}stack`).catch(() => undefined);
  if (answer === undefined) {
    throw new Error(`Nothing answers at ${url}: run npm start, or say where it runs with --url.`);
  }
  const parsed = description.safeParse(await answer.json().catch(() => undefined));
  if (!parsed.success)
    throw new Error(`What answers at ${url} is no local platform: say where it runs with --url.`);
  const { region, endpoints, outputs } = parsed.data;
  const common = { region, credentials: { accessKeyId: 'OPERATOR', secretAccessKey: 'local' } };
  return {
    ...ofOutputs(`The platform at ${url}`, outputs),
    dynamodb: { ...common, endpoint: endpoints.dynamodb },
    sqs: { ...common, endpoint: endpoints.sqs },
  };
};
