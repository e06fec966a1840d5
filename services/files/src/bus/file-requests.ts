import { Controller } from '@nestjs/common';
import { Responds, RequestContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf } from '@definitivedx/contracts';
import { rotateKeys } from '../commands/rotate-keys.js';
import { FilesContext } from '../files-context.js';
import { exportFiles } from '../queries/export-files.js';
import { fileStates } from '../queries/file-states.js';
import { listFiles } from '../queries/list-files.js';

@Controller()
export class FileRequests {
  constructor(private readonly files: FilesContext) {}

  @Responds(contracts.listFiles)
  listFiles(input: InputOf<typeof contracts.listFiles>, { caller }: RequestContext) {
    return listFiles(this.files, caller, input);
  }

  @Responds(contracts.fileStates)
  fileStates(input: InputOf<typeof contracts.fileStates>, { caller }: RequestContext) {
    return fileStates(this.files, caller, input);
  }

  @Responds(contracts.rotateFileKeys)
  rotateKeys(input: InputOf<typeof contracts.rotateFileKeys>, { caller }: RequestContext) {
    return rotateKeys(this.files, caller, input);
  }

  @Responds(contracts.exportFiles)
  exportFiles(input: InputOf<typeof contracts.exportFiles>, { caller }: RequestContext) {
    return exportFiles(this.files, caller, input);
  }
}
