import { Injectable } from '@nestjs/common';
import { importDoor } from '@definitivedx/contracts';
import { Options } from '../config.js';
import { ByteDoor } from './byte-door.js';

/** The way in for files of members. */
@Injectable()
export class ImportDoor extends ByteDoor {
  constructor({ accessUrl }: Options) {
    super({
      url: accessUrl,
      path: importDoor.path,
      callerHeader: importDoor.headers.caller,
      what: 'The directory',
      thing: 'import',
      mostPerCaller: 2,
      tooMany: 'Two of your files are on their way just now. Please wait until one is done.',
    });
  }
}
