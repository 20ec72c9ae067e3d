import { describe } from 'vitest';
import { MemoryStore } from '../../support/memory.ts';
import { keepsTheContractOfStores } from '../../support/store-contract.ts';

describe('the store of computations in memory', () => {
  keepsTheContractOfStores(async () => new MemoryStore());
});
