// Copies into the chart what other folders are the source of: the CRDs and the operator's rules.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const crds = new URL('crds/manifests/', root);
const target = new URL('charts/parley/files/crds/', root);

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const file of readdirSync(crds)) copyFileSync(new URL(file, crds), new URL(file, target));
