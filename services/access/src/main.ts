import 'reflect-metadata';
import { runProgram, startService } from '@definitivedx/bus';
import { appModule } from './app.module.js';
import { loadAccessConfig } from './config.js';
import { serviceOptions } from './http/server.js';

await runProgram(() => startService(loadAccessConfig(), appModule, serviceOptions));
