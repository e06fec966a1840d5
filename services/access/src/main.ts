import 'reflect-metadata';
import { loadConfig, runProgram, startService } from '@definitivedx/bus';
import { appModule } from './app.module.js';

await runProgram(() => startService(loadConfig('access'), appModule));
