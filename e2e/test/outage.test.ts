import { outageSuite } from './support/outage-suite.js';

outageSuite(8_000);
