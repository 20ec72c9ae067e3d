import { computationOperations, itemOperations, usageOf, wholeComputations } from './units-operations.ts';
import { startSuite, type Usage } from './units-suite.ts';

// A process of its own, because the handlers read their environment when they are imported.
const suite = await startSuite();
const usages: Record<string, Usage> = {};
try {
  for (const operation of [...itemOperations, ...computationOperations, ...wholeComputations]) {
    usages[operation.name] = await usageOf(suite, operation);
  }
} finally {
  await suite.stop();
}
console.log(JSON.stringify(usages));
