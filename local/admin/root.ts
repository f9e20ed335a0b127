// The project's folder. Not taken from the local stack, which would load the Worker's whole toolchain for it.
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');
