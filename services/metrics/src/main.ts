import { runProgram, startService } from '@definitivedx/bus';
import { appModule } from './app.module.js';
import { loadMetricsConfig } from './config.js';

await runProgram(async () => startService(loadMetricsConfig(), appModule));
