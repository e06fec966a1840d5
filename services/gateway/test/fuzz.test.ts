import { fuzzEveryOperation } from './support/fuzz/run.js';

// The same inputs each time, so that a failure is somebody's change; fuzz.soak.test.ts looks for new ones.
fuzzEveryOperation({ seed: 20261123, inputs: 12, milliseconds: 300 });
