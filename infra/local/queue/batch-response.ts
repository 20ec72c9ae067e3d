import * as z from 'zod/mini';

const response = z.nullish(
  z.object({
    batchItemFailures: z.nullish(z.array(z.object({ itemIdentifier: z.string().check(z.minLength(1)) }))),
  }),
);

/**
 * The messages of a batch that succeeded, by a function's answer to `ReportBatchItemFailures`: nothing, an object
 * without failures or an empty list mean that all did; what is malformed, or names a message that was not in the
 * batch, means that none did. Lambda's own rules:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export const succeeded = <M extends { readonly MessageId: string }>(
  messages: readonly M[],
  payload: string,
): readonly M[] => {
  const parsed = response.safeParse(JSON.parse(payload));
  if (!parsed.success) return [];
  const failed = new Set(parsed.data?.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier));
  const done = messages.filter(({ MessageId }) => !failed.has(MessageId));
  return done.length + failed.size === messages.length ? done : [];
};
