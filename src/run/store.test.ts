import { memoryStore } from './testing/memory-store.ts';
import { describeRunStore } from './testing/store-contract.ts';

describeRunStore('in memory', async () => {
  const store = memoryStore();
  return () => store;
});
