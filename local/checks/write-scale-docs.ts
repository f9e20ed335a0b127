// `npm run scale`: writes the tables of docs/scale.md.
import { writeScaleDocs } from './scale-docs.ts';

writeScaleDocs();
