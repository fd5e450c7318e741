import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@parley/process/log.js';
import { expect, onTestFinished, test } from 'vitest';
import { untilOwnConf } from './conf-owner.js';

const log = createLogger({ process: 'turn-agent', level: 'silent' });

test("with an earlier pod's configuration the agent waits for its own", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-conf-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'pod-uid');
  let isOwn = false;
  const waiting = untilOwnConf({ podUid: 'new', file, log, everyMs: 1 }).then(() => (isOwn = true));
  for (const writtenFor of [undefined, 'old']) {
    if (writtenFor !== undefined) await writeFile(file, writtenFor);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isOwn).toBe(false);
  }
  await writeFile(file, 'new');
  await waiting;
});
