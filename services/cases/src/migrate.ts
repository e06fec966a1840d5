import { migrateService, runProgram } from '@definitivedx/bus';
import { databaseOptions } from './data/database.js';

await runProgram(() => migrateService('cases', databaseOptions));
