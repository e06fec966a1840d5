import { fuzzEveryOperation } from './support/fuzz/run.js';

// Other inputs each time. DDX_FUZZ_SEED repeats a run; DDX_FUZZ_MS is how long each operation is tried.
const seed = Number(process.env['DDX_FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const milliseconds = Number(process.env['DDX_FUZZ_MS'] ?? 4_000);
fuzzEveryOperation({ seed, inputs: 300, milliseconds });
