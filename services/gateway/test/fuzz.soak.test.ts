import { fuzzEveryOperation } from './support/fuzz/run.js';

// Other inputs each time. DDX_FUZZ_SEED repeats a run.
const seed = Number(process.env['DDX_FUZZ_SEED'] ?? Date.now() % 2 ** 31);
fuzzEveryOperation({ seed, inputs: 300, milliseconds: 4_000 });
