/**
 * What a process that was killed left on the disk of its pod. Whole segments are stored as they are; of those that were being written,
 * what can be read is copied into whole ones, since the last bytes may be half a picture.
 */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Logger } from '@parley/process/log.js';
import { startOf } from '../segments/file-start.js';
import { leftRoot, type Leftovers, type Spool, type SpooledSegment } from '../spool/spool.js';

const run = promisify(execFile);
const deadlineMs = 20_000;

export async function salvage(
  { ready, open }: Leftovers,
  { spool, directory, log }: { readonly spool: Spool; readonly directory: string; readonly log: Logger },
): Promise<SpooledSegment[]> {
  const saved: SpooledSegment[] = [...ready];
  for (const { trackId, baseMs, path } of open) {
    try {
      const whole = `${path}.whole.mkv`;
      await run('ffmpeg', ['-v', 'error', '-y', '-copyts', '-i', path, '-c', 'copy', '-write_crc32', '0', whole], {
        timeout: deadlineMs,
      });
      const startMs = await startOf(whole, baseMs);
      const untilMs = baseMs + (await endOf(whole));
      if (startMs === undefined || untilMs <= startMs) continue;
      const spooled = await spool.take(trackId, { path: whole, startMs, untilMs });
      if (spooled !== undefined) saved.push(spooled);
    } catch (error) {
      log.warn({ err: error, trackId }, 'what was being written could not be read');
    }
  }
  await rm(leftRoot(directory), { recursive: true, force: true });
  log.info({ whole: ready.length, open: open.length, saved: saved.length }, 'took on what an earlier process left');
  return saved;
}

async function endOf(path: string): Promise<number> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', path], {
    timeout: deadlineMs,
  });
  const times = stdout.split('\n').map((line) => Number.parseFloat(line) * 1_000);
  return Math.round(Math.max(0, ...times.filter((time) => Number.isFinite(time))));
}
