import { globSync } from 'node:fs';
import { resolve } from 'node:path';

// The tests that judge mutants, all in one file, so that a mutant costs one worker. Left out are those of the
// middleware and the contract of the store in memory, which are not mutated.
const exclude = ['**/{middleware,sqs,store}.test.ts'];
for (const folder of ['http', 'engine']) {
  for (const file of globSync(`test/unit/${folder}/*.test.ts`, { exclude }).sort())
    await import(resolve(file));
}
