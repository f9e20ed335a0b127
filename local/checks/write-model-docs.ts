// `npm run models`: writes docs/models.md.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../project-root.ts';
import { MODEL_DOCS, renderModelDocs } from './model-docs.ts';

writeFileSync(join(PROJECT_ROOT, MODEL_DOCS), renderModelDocs());
console.log(`wrote ${MODEL_DOCS}`);
