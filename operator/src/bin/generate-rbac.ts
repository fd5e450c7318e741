/** Writes the operator's rules for the chart. usage: node dist/bin/generate-rbac.js FILE */
import { writeFileSync } from 'node:fs';
import { OPERATOR_RULES } from '../rbac/rules.js';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: generate-rbac FILE');
writeFileSync(file, `${JSON.stringify(OPERATOR_RULES, undefined, 2)}\n`);
