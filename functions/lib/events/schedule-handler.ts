import type { Context } from 'aws-lambda';
import { isColdStart } from '../observability/cold-start.ts';
import { consumedCapacity, inLogContext } from '../observability/context.ts';
import { errorFields, log } from '../observability/log.ts';
import { metricFields } from '../observability/metrics.ts';
import { withDeadline } from '../resilience/invocation.ts';

/**
 * The one composition for a schedule. It logs one line a run, and the run's id is the `requestId` of all that the run
 * starts. It counts only the runs that are cold starts, because a metric that is sent each minute is billed all day.
 */
export const scheduleHandler = (
  job: (event: unknown, context: Context) => Promise<void>,
): ((event: unknown, context: Context) => Promise<void>) =>
  withDeadline((event: unknown, context: Context) =>
    inLogContext(context, { requestId: context.awsRequestId }, async () => {
      const startedAt = performance.now();
      const coldStart = isColdStart();
      const fields = () => ({
        durationMs: Math.round(performance.now() - startedAt),
        coldStart,
        ...consumedCapacity(),
        ...(coldStart && metricFields({ values: { ColdStarts: 1 } })),
      });
      try {
        await job(event, context);
        log.info('run', { status: 'done', ...fields() });
      } catch (error) {
        log.error('run', { status: 'failed', ...fields(), ...errorFields(error) });
        throw error;
      }
    }),
  );
