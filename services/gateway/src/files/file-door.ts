import { Injectable } from '@nestjs/common';
import { fileDoor } from '@definitivedx/contracts';
import { AppError, fromWire } from '@definitivedx/errors';
import { Options } from '../config.js';
import { ByteDoor } from '../doors/byte-door.js';

/** The way to the file service. */
@Injectable()
export class FileDoor extends ByteDoor {
  constructor({ filesUrl }: Options) {
    super({
      url: filesUrl,
      path: fileDoor.path,
      callerHeader: fileDoor.headers.caller,
      what: 'The file storage',
      thing: 'file',
      // So that nobody takes all places of the file service.
      mostPerCaller: 6,
      tooMany: 'Too many of your files are on their way just now. Please wait until one is done.',
      refused: (problem, headers) => {
        const error = fromWire(problem);
        const range = headers['content-range'];
        return error.code === 'range-not-satisfiable' && typeof range === 'string'
          ? new OutsideFile(error, range)
          : error;
      },
    });
  }
}

/** The part that was asked for lies outside the file. */
export class OutsideFile extends AppError {
  constructor(
    { code, message }: AppError,
    /** Content-Range of the refusal: how long the file is. */
    readonly contentRange: string,
  ) {
    super(code, message);
  }
}
