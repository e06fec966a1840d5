import { writeFileSync } from 'node:fs';

/** A Jest reporter that leaves the counts of the run in the file named by DDX_TEST_COUNTS, for test.mjs. */
export default class Counts {
  onRunComplete(_contexts, results) {
    const counts = {
      passed: results.numPassedTests,
      // A file that could not even be loaded ran no test, but it did fail.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    };
    writeFileSync(process.env.DDX_TEST_COUNTS, JSON.stringify(counts));
  }
}
