import { outageSuite } from './support/outage-suite.js';

// `npm run test:soak`
outageSuite(60_000);
