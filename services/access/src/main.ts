import 'reflect-metadata';
import { runProgram, startService } from '@definitivedx/bus';
import { appModule } from './app.module.js';
import { loadAccessConfig } from './config.js';

await runProgram(() => startService(loadAccessConfig(), appModule));
